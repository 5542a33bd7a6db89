/** What a schema cannot say: safety in production, addresses, algorithms, time zones. */
import { oneTokenMatchesBoth } from '../cds-hooks/trusted-client.ts';
import type { Config, Problem } from './config.ts';

type Rule = (config: Config) => readonly Problem[];

const ASYMMETRIC = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/;

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** https, or http where that was allowed; no credentials, no query, no fragment. */
function addressProblems(path: string, text: string, allowHttp: boolean): Problem[] {
  const url = parseUrl(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return [
      { path, message: 'is not an http(s) address', mend: "Give an absolute address such as 'https://host/path'." },
    ];
  }
  const problems: Problem[] = [];
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    problems.push({
      path,
      message: 'holds credentials, a query or a fragment',
      mend: 'Give scheme, host and path only.',
    });
  }
  if (url.protocol === 'http:' && !allowHttp) {
    problems.push({
      path,
      message: 'is not encrypted (http)',
      mend: 'Use https; for development "allowInsecureHttp": true permits http.',
    });
  }
  return problems;
}

const trusted: Rule = ({ environment, clients, openMode }) => {
  const problems: Problem[] = [];
  if (environment === 'production' && clients.length === 0 && !openMode) {
    problems.push({
      path: '/clients',
      message: 'names no trusted client, so nobody could call the service',
      mend: 'Add a client (config/README.md, "Trusted clients"), or say explicitly "openMode": true to answer anybody.',
    });
  }
  const repeated = (of: (client: Config['clients'][number]) => string, name: string): void => {
    const seen = new Set<string>();
    clients.forEach((client, i) => {
      const value = of(client);
      if (seen.has(value)) {
        problems.push({
          path: `/clients/${i}/${name}`,
          message: 'is used by another client as well',
          mend: 'Each client needs its own.',
        });
      }
      seen.add(value);
    });
  };
  repeated((client) => client.id, 'id');
  clients.forEach((client, i) => {
    if (clients.slice(0, i).some((other) => oneTokenMatchesBoth(other, client))) {
      problems.push({
        path: `/clients/${i}/issuer`,
        message: 'is used by another client as well',
        mend: 'Give both different tenants or subjects, so that a token belongs to one of them.',
      });
    }
  });
  return problems;
};

type Signer = Pick<Config['clients'][number], 'algorithms' | 'keys'>;

/** Everybody who signs tokens that are checked here, with where the record stands. */
const signers = ({ clients, imaging: { signingSenders } }: Config): { at: string; signer: Signer }[] => [
  ...clients.map((signer, i) => ({ at: `/clients/${i}`, signer })),
  ...signingSenders.map((signer, i) => ({ at: `/imaging/signingSenders/${i}`, signer })),
];

const algorithms: Rule = (config) =>
  signers(config).flatMap(({ at, signer }) =>
    signer.algorithms.flatMap((algorithm, k) =>
      ASYMMETRIC.test(algorithm)
        ? []
        : [
            {
              path: `${at}/algorithms/${k}`,
              message: /^HS/i.test(algorithm)
                ? 'is symmetric: whoever can check such a token can also make one'
                : algorithm.toLowerCase() === 'none'
                  ? "'none' is no signature"
                  : 'is not a signature algorithm that is accepted here',
              mend: 'Use ES384 or RS384 (also: ES256, ES512, RS256, RS512, PS256, PS384, PS512, EdDSA).',
            },
          ],
    ),
  );

/** Every key that is configured itself, not by an address. */
const staticKeys = (config: Config): { at: string; key: Readonly<Record<string, unknown>> }[] =>
  signers(config).flatMap(({ at, signer: { keys } }) =>
    'jku' in keys ? [] : keys.jwks.keys.map((key, k) => ({ at: `${at}/keys/jwks/keys/${k}`, key })),
  );

/** Private halves and shared secrets do not belong into a key set for checking signatures. */
const keySets: Rule = (config) =>
  staticKeys(config)
    .filter(({ key }) => key['kty'] === 'oct' || 'd' in key)
    .map(({ at }) => ({
      path: at,
      message: 'is a secret key',
      mend: 'Give public keys only; replace this key, since it has been in a file.',
    }));

/** A token names its key; one without a name would never be found. */
const keyNames: Rule = (config) =>
  staticKeys(config)
    .filter(({ key }) => typeof key['kid'] !== 'string' || key['kid'] === '')
    .map(({ at }) => ({
      path: `${at}/kid`,
      message: 'is missing, so no token can name this key',
      mend: "Give the key the 'kid' that stands in the headers of the tokens.",
    }));

const addresses: Rule = (config) => {
  const insecure = config.allowInsecureHttp && config.environment !== 'production';
  const base = parseUrl(config.publicBaseUrl);
  const local = base !== null && LOOPBACK.has(base.hostname) && config.environment !== 'production';
  return [
    ...addressProblems('/publicBaseUrl', config.publicBaseUrl, insecure || local),
    ...signers(config).flatMap(({ at, signer: { keys } }) =>
      'jku' in keys ? addressProblems(`${at}/keys/jku`, keys.jku, insecure) : [],
    ),
    ...config.openFhirServers.flatMap((url, i) => addressProblems(`/openFhirServers/${i}`, url, insecure)),
    ...config.clients.flatMap((client, i) => [
      ...client.fhirServers.flatMap((url, k) => addressProblems(`/clients/${i}/fhirServers/${k}`, url, insecure)),
      ...(client.smartLaunchUrl === undefined
        ? []
        : addressProblems(`/clients/${i}/smartLaunchUrl`, client.smartLaunchUrl, insecure)),
    ]),
  ];
};

const origins: Rule = ({ clients, environment }) =>
  clients.flatMap((client, i) =>
    client.origins.flatMap((origin, k): Problem[] => {
      const path = `/clients/${i}/origins/${k}`;
      if (origin.includes('*')) {
        return [{ path, message: 'is a wildcard', mend: "Name each origin, such as 'https://ehr.example.org'." }];
      }
      const url = parseUrl(origin);
      if (url === null || url.origin !== origin) {
        return [{ path, message: 'is not an origin', mend: "Give scheme and host only: 'https://ehr.example.org'." }];
      }
      return url.protocol === 'http:' && environment === 'production'
        ? [{ path, message: 'is not encrypted (http)', mend: 'Use https.' }]
        : [];
    }),
  );

const site: Rule = ({ site: { timeZone } }) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return [];
  } catch {
    return [
      {
        path: '/site/timeZone',
        message: 'is not a time zone',
        mend: "Give an IANA name such as 'Europe/Berlin' or 'Asia/Shanghai'.",
      },
    ];
  }
};

const consistency: Rule = ({ allowInsecureHttp, environment, deadlines, locales, defaultLocale }) => {
  const problems: Problem[] = [];
  if (allowInsecureHttp && environment === 'production') {
    problems.push({
      path: '/allowInsecureHttp',
      message: 'is for development only',
      mend: 'Remove it; patient data and tokens travel encrypted.',
    });
  }
  if (deadlines.fhirReads >= deadlines.answer) {
    problems.push({
      path: '/deadlines/fhirReads',
      message: 'leaves no time to answer',
      mend: 'Make it shorter than deadlines.answer.',
    });
  }
  if (!locales.includes(defaultLocale)) {
    problems.push({ path: '/defaultLocale', message: 'is not among the locales', mend: 'Add it to locales.' });
  }
  return problems;
};

/** Whoever can replace a shipped model's folder could also replace the model; the site's own stay apart from them. */
const models: Rule = ({ modelsDirectory, siteModelsDirectory }) =>
  siteModelsDirectory !== null && withoutEnd(siteModelsDirectory) === withoutEnd(modelsDirectory)
    ? [
        {
          path: '/siteModelsDirectory',
          message: 'is the directory of the shipped models',
          mend: 'Give the site a directory of its own, which an update of the product does not touch.',
        },
      ]
    : [];

const withoutEnd = (directory: string): string => directory.replace(/\/+$/, '');

/** Who may send images, and where results may go. */
const imaging: Rule = ({ imaging: site, ...config }) => {
  const { enabled, senders, signingSenders, dimse, archive, inferenceServer, fhirResults } = site;
  if (!enabled) return [];
  const insecure = config.allowInsecureHttp && config.environment !== 'production';
  const problems = [
    ...(archive === null ? [] : addressProblems('/imaging/archive/url', archive.url, insecure)),
    ...(inferenceServer === null
      ? []
      : addressProblems('/imaging/inferenceServer/url', inferenceServer.url, insecure || isLocal(inferenceServer.url))),
    ...(fhirResults === null ? [] : addressProblems('/imaging/fhirResults/server', fhirResults.server, insecure)),
  ];
  if (new Set(senders.map(({ tokenSha256 }) => tokenSha256)).size < senders.length) {
    problems.push({
      path: '/imaging/senders',
      message: 'holds one token twice',
      mend: 'Give each sender a token of its own.',
    });
  }
  const names = [...senders, ...signingSenders].map(({ id }) => id);
  const overlap = signingSenders.some((one, i) =>
    signingSenders.slice(0, i).some((other) => oneTokenMatchesBoth(one, other)),
  );
  if (new Set(names).size < names.length || overlap) {
    problems.push({
      path: '/imaging/signingSenders',
      message: 'names a sender twice, or two whose tokens cannot be told apart',
      mend: 'Give each sender an id of its own, and an issuer, a subject or tenants of its own.',
    });
  }
  if (dimse?.callers.includes(dimse.aeTitle) === true) {
    problems.push({
      path: '/imaging/dimse/callers',
      message: 'holds our own AE title',
      mend: 'Name the AE titles of those who send.',
    });
  }
  return problems;
};

const isLocal = (text: string): boolean => LOOPBACK.has(parseUrl(text)?.hostname ?? '');

const RULES: readonly Rule[] = [
  ...[trusted, algorithms, keySets, keyNames, addresses, origins, site, consistency, models],
  imaging,
];

export function ruleProblems(config: Config): Problem[] {
  return RULES.flatMap((rule) => rule(config));
}
