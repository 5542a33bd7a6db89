/** The page's only style sheet. Its hash goes into the Content-Security-Policy, so that no other style can run. */
import { createHash } from 'node:crypto';

export const BASIS_PAGE_STYLE = `
:root{color-scheme:light dark;--line:#c3cad3;--soft:#f1f4f8;--ink:#15202b;--dim:#4c5a69;--paper:#fff;--yes:#0b5d33;--open:#8a4b00}
@media (prefers-color-scheme:dark){:root{--line:#44505e;--soft:#1d2630;--ink:#eef2f6;--dim:#b4c0cd;--paper:#11171e;--yes:#7fdca6;--open:#ffc46b}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;margin:0;color:var(--ink);background:var(--paper)}
main{max-width:76rem;margin:0 auto;padding:1rem 1.25rem 3rem}
h1{font-size:1.6rem;line-height:1.2;margin:.2rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-bottom:.2rem;border-bottom:2px solid var(--line)}h3{font-size:1rem;margin:1rem 0 .3rem}
p{margin:.4rem 0}img{max-width:100%;height:auto;background:#fff}a{color:inherit;text-underline-offset:.15em}ul{margin:.2rem 0;padding-left:1.2rem}td ul{list-style:none;padding:0}td li+li{margin-top:.2rem}
#conclusions ul{list-style:none;padding:0;display:grid;gap:.4rem}#conclusions li{background:var(--soft);border-left:4px solid var(--line);padding:.5rem .8rem}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.9rem}caption{text-align:left;font-weight:600;padding:.3rem 0;color:var(--dim)}
th,td{border-bottom:1px solid var(--line);padding:.4rem .6rem .4rem 0;text-align:left;vertical-align:top;overflow-wrap:break-word}
th{background:var(--soft);padding-left:.4rem;font-size:.8rem;color:var(--dim)}td:first-child{padding-left:.4rem}
dl{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.25rem 1rem;margin:.6rem 0}dt{font-weight:600;color:var(--dim)}dd{margin:0}
.note{background:var(--soft);border-left:4px solid var(--open);padding:.5rem .8rem;margin:.8rem 0}
.ref{font-family:ui-monospace,monospace;font-size:.8em;color:var(--dim);overflow-wrap:anywhere}
td>div>.met,td>div>.unknown,td>div>.notMet,td>div>.notApplicable{white-space:nowrap}.met{font-weight:700;color:var(--yes)}.unknown{font-weight:700;color:var(--open)}.notMet,.notApplicable{color:var(--dim)}
@media (max-width:46rem){main{padding:.6rem .8rem 2rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}table,tbody,caption{display:block}thead{display:none}tr{display:block;border:1px solid var(--line);border-radius:.4rem;padding:.4rem .7rem;margin:.6rem 0}td,td:first-child{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:.5rem;border:0;padding:.15rem 0}td::before{content:attr(data-label);font-size:.8rem;color:var(--dim)}td:empty{display:none}}
@media print{:root{--line:#999;--soft:#fff;--ink:#000;--dim:#333;--paper:#fff;--yes:#000;--open:#000}body{font-size:10px}main{max-width:none;padding:0}thead{display:table-header-group}tr,li,dl{break-inside:avoid}h2,caption{break-after:avoid}a{text-decoration:none}}
@page{margin:14mm}
`;

/** For `style-src`: exactly this style element and no other. */
export const BASIS_PAGE_STYLE_HASH = `'sha256-${createHash('sha256').update(BASIS_PAGE_STYLE).digest('base64')}'`;
