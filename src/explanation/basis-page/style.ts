/** The page's only style sheet. Its hash goes into the Content-Security-Policy, so that no other style can run. */
import { createHash } from 'node:crypto';

export const BASIS_PAGE_STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;margin:0 auto;max-width:72rem;padding:1rem}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid #8888}h3{font-size:1rem;margin:1rem 0 .3rem}
a{color:inherit}nav ul{columns:2;padding-left:1.2rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{border:1px solid #8888;padding:.3rem .5rem;text-align:left;vertical-align:top}
th{background:#8882}
dl{display:grid;grid-template-columns:minmax(9rem,16rem) 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0}
.note{border-left:4px solid #888;padding:.3rem .8rem;margin:.8rem 0}
.ref{font-family:ui-monospace,monospace;font-size:.85em;overflow-wrap:anywhere}
.met{font-weight:700}.unknown{font-style:italic}
@media (max-width:40rem){nav ul{columns:1}dl{grid-template-columns:1fr}thead{position:absolute;left:-999rem}tr{display:block;border:1px solid #8888;margin:.5rem 0}td{display:block;border:0}td::before{content:attr(data-label) ": ";font-weight:600}}
@media print{body{max-width:none;font-size:11px;padding:0}section{break-inside:auto}tr{break-inside:avoid}nav{display:none}}
`;

/** For `style-src`: exactly this style element and no other. */
export const BASIS_PAGE_STYLE_HASH = `'sha256-${createHash('sha256').update(BASIS_PAGE_STYLE).digest('base64')}'`;
