/** The part of dcmjs that is used; it ships no types. */
declare module 'dcmjs' {
  /** Values by keyword: text, numbers, ArrayBuffer, items of sequences; `null` for an empty element. */
  export interface NaturalDataset {
    _vrMap?: Readonly<Record<string, string>>;
    [keyword: string]: unknown;
  }
  type DicomJson = Record<string, { vr: string; Value?: unknown[] }>;
  interface DicomDict {
    dict: DicomJson;
    write(): ArrayBuffer;
  }
  const dcmjs: {
    readonly data: {
      readonly DicomDict: new (meta: DicomJson) => DicomDict;
      readonly DicomMetaDictionary: {
        denaturalizeDataset(dataset: NaturalDataset): DicomJson;
        /** By '(0010,0010)'; standard elements only. */
        readonly dictionary: Readonly<Record<string, { readonly vr: string } | undefined>>;
      };
    };
    readonly log: { setLevel(level: 'silent' | 'error'): void };
  };
  export default dcmjs;
}
