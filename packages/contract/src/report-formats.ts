/** Every kind of report that can be read. `metric-lines` is what any text is taken for when it is no whole report. */
export const REPORT_FORMATS = ["metric-lines", "junit", "lcov", "sarif", "tap", "cobertura", "ctrf"] as const;

/** One of {@link REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];
