/** One trust record per EHR installation. Everything a client may do is in here. */
export interface TrustedClient {
  /** Name in logs, metrics and the audit record. */
  readonly id: string;
  /** `iss` of its tokens. */
  readonly issuer: string;
  /** Allowed `sub`, where the EHR sends one. */
  readonly subject?: string;
  /** Where its keys come from: an allow-listed `jku`, or a static key set arranged out of band. */
  readonly keys: { readonly jku: string } | { readonly jwks: { readonly keys: readonly Record<string, unknown>[] } };
  /** Accepted signature algorithms, asymmetric only. */
  readonly algorithms: readonly string[];
  /** Extra accepted audiences besides the exact URL that was called (a proxy's public address). */
  readonly audiences: readonly string[];
  /** `tenant` claims accepted; empty = the claim is not looked at. */
  readonly tenants: readonly string[];
  /** Longest accepted `exp - iat`, in seconds. */
  readonly maxTokenLifetimeSeconds: number;
  /** FHIR base URLs that this client may name; anything else is refused before a request is made. */
  readonly fhirServers: readonly string[];
  /** Language of the cards; else Accept-Language, else English. */
  readonly locale?: 'en' | 'zh-CN';
  /** SMART app launch address; without one there is no SMART link. */
  readonly smartLaunchUrl?: string;
  /** Origins of browser clients (CORS). */
  readonly origins: readonly string[];
}

type TokenOrigin = Pick<TrustedClient, 'issuer' | 'subject' | 'tenants'>;

/** Two installations may share an issuer when their tenants or subjects tell them apart. */
export function oneTokenMatchesBoth(a: TokenOrigin, b: TokenOrigin): boolean {
  const tenants =
    a.tenants.length === 0 || b.tenants.length === 0 || a.tenants.some((tenant) => b.tenants.includes(tenant));
  const subjects = a.subject === undefined || b.subject === undefined || a.subject === b.subject;
  return a.issuer === b.issuer && subjects && tenants;
}
