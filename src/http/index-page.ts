/** `/`: what runs here and what to try, for the person who opens the address in a browser. */
import type { RequestHandler } from 'express';
import type { Discovery } from '../cds-hooks/discovery.ts';

export interface IndexPageContent {
  readonly version: string;
  readonly publicBaseUrl: string;
  readonly discovery: Discovery;
  /** Shown as a warning: nobody is asked for a token. */
  readonly open: boolean;
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

function rows({ services }: Discovery): string {
  const ids = [...new Set(services.map(({ id }) => id))];
  return ids
    .map((id) => {
      const entries = services.filter((service) => service.id === id);
      const hooks = entries.map(({ hook }) => `<code>${escape(hook)}</code>`).join(', ');
      const first = entries[0];
      return `<tr><td><code>/cds-services/${escape(id)}</code></td><td>${hooks}</td><td>${escape(first?.title ?? '')}</td></tr>`;
    })
    .join('\n');
}

function html({ version, publicBaseUrl, discovery, open }: IndexPageContent): string {
  const base = escape(publicBaseUrl);
  const warning = open
    ? '<p class="warning">This service runs open: it asks nobody for a token. Use it with synthetic data only.</p>'
    : '';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Stroke decision support</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}
.warning{background:#fff3cd;border-left:4px solid #b58900;padding:.5rem 1rem}pre{background:#f5f5f5;padding:.6rem;overflow:auto}</style></head>
<body><main>
<h1>Stroke decision support</h1>
<p>CDS Hooks service, version ${escape(version)}. It answers an EHR's hooks with advisory cards; it does not replace clinical judgement.</p>
${warning}
<h2>Services</h2>
<table><thead><tr><th>Address</th><th>Hooks</th><th>What it does</th></tr></thead><tbody>
${rows(discovery)}
</tbody></table>
<h2>Try next</h2>
<pre>curl ${base}/cds-services
curl ${base}/health/ready</pre>
<ul>
<li><a href="/cds-services">/cds-services</a>: discovery, as an EHR reads it</li>
<li><a href="/openapi.json">/openapi.json</a>: every address with its schemas (OpenAPI 3.1)</li>
<li><a href="/health/live">/health/live</a> and <a href="/health/ready">/health/ready</a>: is it running, does each part work</li>
<li><a href="/metrics">/metrics</a>: Prometheus metrics; keep it, and rate limits, at the proxy in front</li>
</ul>
</main></body></html>
`;
}

export function indexPage(content: IndexPageContent): RequestHandler {
  const page = html(content);
  return (_req, res) => {
    res
      .set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .type('html')
      .send(page);
  };
}
