/** Colours by use, as `#rrggbb`; grounds are what text stands on. */
export interface Palette {
  readonly ground: string;
  readonly panel: string;
  readonly well: string;
  readonly line: string;
  readonly ink: string;
  readonly quiet: string;
  readonly link: string;
  readonly pass: string;
  readonly fail: string;
  readonly unproven: string;
  readonly waived: string;
  readonly "pass-ground": string;
  readonly "fail-ground": string;
  readonly "unproven-ground": string;
}

/** The two schemes. */
export const PALETTES: { readonly light: Palette; readonly dark: Palette } = {
  light: {
    ground: "#faf9f6",
    panel: "#ffffff",
    well: "#f1efea",
    line: "#dedbd3",
    ink: "#1d2127",
    quiet: "#59616c",
    link: "#1d5a94",
    pass: "#17663a",
    fail: "#b0241c",
    unproven: "#7f5200",
    waived: "#1d5a94",
    "pass-ground": "#edf6f0",
    "fail-ground": "#fcefed",
    "unproven-ground": "#fcf5e6",
  },
  dark: {
    ground: "#14171b",
    panel: "#1b1f25",
    well: "#252a31",
    line: "#343b44",
    ink: "#e7e9ec",
    quiet: "#a6afba",
    link: "#8bbcf2",
    pass: "#76d39c",
    fail: "#ff948a",
    unproven: "#ebb956",
    waived: "#8bbcf2",
    "pass-ground": "#182a20",
    "fail-ground": "#331d1c",
    "unproven-ground": "#2c2414",
  },
};

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, color]) => `--${name}:${String(color)}`)
    .join(";");
}

/**
 * The report's style sheet: one calm page in light and dark, on wide and narrow screens and on paper.
 *
 * Text has a contrast of at least 4.5:1 on its ground in both schemes (a test computes it from {@link PALETTES}).
 */
export const REPORT_CSS: string = `
:root{color-scheme:light dark;${variables(PALETTES.light)}}
@media (prefers-color-scheme:dark){:root{${variables(PALETTES.dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
.page{max-width:72rem;margin:0 auto;padding:2.5rem 2rem 4rem}
code,pre,.number,.digest{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
.number{font-variant-numeric:tabular-nums}
h1{font-size:1.9rem;line-height:1.25;margin:.2rem 0 .4rem;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.2rem;margin:0 0 .35rem}
h3{font-size:.95rem;margin:0 0 .2rem;font-weight:600}
h1,h2,h3,p,li,td,th,dd,pre,code,bdi{overflow-wrap:anywhere}
p{margin:.2rem 0}
ul,ol{margin:.2rem 0;padding-left:1.2rem}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
pre{background:var(--well);border-radius:6px;padding:.7rem .9rem;margin:.4rem 0;white-space:pre-wrap;line-height:1.45}
section{margin-top:3rem}
details{margin:.25rem 0}
summary{cursor:pointer;color:var(--quiet);width:fit-content}
.whole{display:inline-block}
.lead,.quiet{color:var(--quiet)}
.lead{margin-bottom:.9rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:var(--panel);padding:.5rem 1rem;border-radius:6px}
.eyebrow{color:var(--quiet);font-size:.9rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:1.6rem 0 0;font-size:.92rem}
.shares{display:grid;grid-template-columns:1fr 1fr;gap:1.2rem;margin:1.8rem 0 1.2rem}
.share{background:var(--panel);border:1px solid var(--line);border-radius:12px;padding:1.2rem 1.4rem 1.4rem}
.share dt{color:var(--quiet)}
.share dd{margin:0}
.figure{display:block;font-size:3.4rem;line-height:1.15;font-weight:600;letter-spacing:-.03em;font-variant-numeric:tabular-nums}
.figure small{font-size:.5em;font-weight:500;letter-spacing:0;margin-left:.12em;color:var(--quiet)}
.meter{display:block;height:10px;border-radius:5px;background:var(--well);margin:.5rem 0 .6rem;overflow:hidden;border:1px solid var(--line)}
.meter span{display:block;height:100%}
.meter-claimed span{background:repeating-linear-gradient(-45deg,var(--quiet) 0 4px,transparent 4px 8px)}
.meter-verified span{background:var(--pass)}
.conclusion{display:flex;gap:.7rem;align-items:center;border-radius:12px;padding:.9rem 1.2rem;font-size:1.08rem;font-weight:600;border:1px solid currentColor}
.conclusion .shape{width:1.3em;height:1.3em;flex:none}
.tone-pass{color:var(--pass);background:var(--pass-ground)}
.tone-fail{color:var(--fail);background:var(--fail-ground)}
.tone-inconclusive{color:var(--unproven);background:var(--unproven-ground)}
.shape{width:1em;height:1em;vertical-align:-.13em;margin-right:.35em;fill:currentColor;stroke:currentColor}
.badge{white-space:nowrap;font-weight:600}
.badge-pass{color:var(--pass)}
.badge-fail{color:var(--fail)}
.badge-inconclusive,.badge-stale{color:var(--unproven)}
.badge-waived{color:var(--waived)}
.badge-open{color:var(--quiet);font-weight:500}
.severity{font-size:.85em;color:var(--quiet)}
.severity-critical{color:var(--ink)}
.asked{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
.tier{border:1px solid var(--line);border-radius:4px;padding:0 .35em;font-size:.85em;font-weight:600}
.table-frame{border:1px solid var(--line);border-radius:12px;background:var(--panel);overflow:hidden}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.6rem .9rem;border-top:1px solid var(--line);font-weight:400}
thead th{border-top:0;color:var(--quiet);font-size:.88rem;white-space:nowrap;vertical-align:bottom}
td.number,th.number{text-align:right}
.counts{margin:0}
.counts .nothing{color:var(--quiet)}
.gates td:nth-child(4){width:38%}
.gates th[scope=row]{width:26%}
.holds{list-style:none;padding:0;display:grid;gap:.7rem;margin:0}
.hold,.check,.notice{background:var(--panel);border:1px solid var(--line);border-left-width:5px;border-radius:8px;padding:.8rem 1.1rem}
.hold-fail{border-left-color:var(--fail)}
.hold-inconclusive,.hold-stale,.notice{border-left-color:var(--unproven)}
.hold-head{display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline}
.hint{color:var(--quiet)}
code.digest{white-space:nowrap;overflow-wrap:normal}
.turns{list-style:none;padding-left:.2rem}
.filter{border:0;padding:0;margin:0 0 .8rem;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.92rem}
.filter legend{float:left;color:var(--quiet);padding:0;margin-right:1.2rem}
.filter input{accent-color:var(--link)}
section:has(#gates-closed:checked) .gates tbody tr.is-open,section:has(#gates-critical:checked) .gates tbody tr:not(.is-critical),section:has(#items-gaps:checked) .plan tbody tr:not(.is-gap){display:none}
.level{display:block}
.level-1{padding-left:1.4rem}.level-2{padding-left:2.8rem}.level-3{padding-left:4.2rem}.level-4{padding-left:5.6rem}.level-5{padding-left:7rem}.level-6{padding-left:8.4rem}
.plan tr.is-phase .level,.plan tr.is-step .level{font-weight:600}
.plan td,.plan th{padding-top:.4rem;padding-bottom:.4rem}
.plan td:nth-child(3),.plan td:nth-child(4){white-space:nowrap}
.kind{color:var(--quiet);font-size:.82em;font-weight:400;margin-left:.6em}
.plan tr.is-gap{background:var(--unproven-ground)}
.checks{list-style:none;padding:0;display:grid;gap:.7rem;margin:.8rem 0 0}
.check-failed,.check-timed_out,.check-killed,.check-not_started{border-left-color:var(--fail)}
.check-ok{border-left-color:var(--pass)}
.bad,.outcome-refused,.outcome-failed,.outcome-expired{color:var(--fail)}
.outcome{white-space:nowrap;font-weight:600}
.outcome-accepted{color:var(--pass)}.outcome-held{color:var(--unproven)}.outcome-released,.outcome-handed_back{color:var(--quiet)}
.attempts .lane{width:34%;vertical-align:middle}
.attempts td.number{white-space:nowrap}
.track{display:block;position:relative;height:12px;border-radius:6px;background:var(--well)}
.span{position:absolute;top:0;bottom:0;min-width:4px;border-radius:6px;background:var(--quiet)}
.span-accepted{background:var(--pass)}
.span-refused,.span-failed,.span-expired{background:repeating-linear-gradient(-45deg,var(--fail) 0 5px,transparent 5px 8px);border:1px solid var(--fail)}
.span-held{background:transparent;border:2px solid var(--unproven)}
.facts-list{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.4rem;margin:0}
.facts-list dt{color:var(--quiet)}
.facts-list dd{margin:0}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.9rem}
@media (max-width:46rem){
.page{padding:1.3rem 1rem 3rem}
h1{font-size:1.45rem}
.shares{gap:.7rem;grid-template-columns:1fr 1fr}
.share{padding:.8rem .9rem 1rem}
.figure{font-size:2.3rem}
section{margin-top:2.3rem}
.table-frame{border-radius:8px}
table:not(.counts) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table:not(.counts),table:not(.counts) tbody,table:not(.counts) tr,table:not(.counts) td,table:not(.counts) th{display:block;width:auto!important}
table:not(.counts) tr{padding:.7rem .9rem;border-top:1px solid var(--line)}
table:not(.counts) tr:first-child{border-top:0}
table:not(.counts) td,table:not(.counts) th{border:0;padding:.12rem 0!important;text-align:left}
table:not(.counts) td[data-label]::before{content:attr(data-label) " ";color:var(--quiet);font:.82rem system-ui,sans-serif;margin-right:.35rem}
.plan td:nth-child(3),.plan td:nth-child(4){display:inline-block!important;margin-right:1.4rem}
.attempts .lane::before{display:block}
.counts th,.counts td{padding:.5rem .4rem}
.counts thead th{white-space:normal;font-size:.72rem}
.counts .badge{white-space:normal}
.counts .shape{display:block;margin:0 0 .2rem auto}
.counts{font-size:.88rem}
.level-1{padding-left:.8rem}.level-2{padding-left:1.6rem}.level-3{padding-left:2.4rem}.level-4,.level-5,.level-6{padding-left:3.2rem}
.facts-list{grid-template-columns:1fr}
.facts-list dt{margin-top:.4rem}
}
@media print{
:root{color-scheme:light;${variables(PALETTES.light)}}
body{font-size:10.5pt;background:#fff}
.page{max-width:none;padding:0}
nav,.filter,.skip{display:none}
thead{display:table-header-group}
tr,.hold,.check,.share{break-inside:avoid}
h2,h3{break-after:avoid}
section{margin-top:1.6rem}
.meter,.meter span,.span,.conclusion,.plan tr.is-gap{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible;display:block;height:auto}
}
`;
