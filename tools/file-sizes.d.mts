/** A source file and its size. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
}

export function sourceFiles(folder: string): readonly SourceFile[];
export function report(files: readonly SourceFile[], write: (text: string) => void): number;
