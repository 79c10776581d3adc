/** Codes before a number for what is decided, feared, measured or referred to, and for standards: none is a piece of work. */
export const CODES_WITHOUT_WORK: readonly string[] =
  "ADR RFC PEP KEP CVE ISO HTTP UTF SHA IPV FIG REF FAQ RISK DEC OPT ALT ASM CON DEF GATE AC SC KPI SLO OKR KR".split(
    " ",
  );
