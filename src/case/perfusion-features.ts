/**
 * What is measured of perfusion maps (CT or MR) before treatment: the names are facts of the case, the columns of a
 * site's training table and the inputs of a hemorrhagic-transformation model, so that a perfusion pipeline, the EHR and
 * a training table mean the same thing. All volumes are of one side (the ischemic hemisphere), in native space, after
 * voxels of the ventricles and of large vessels were left out. The maps must be delay-corrected.
 */

export interface PerfusionFeature {
  readonly unit: 'mL' | 'mL/(100.g.min)' | '{ratio}';
  /** Smallest and largest value that can be right; outside of them the measurement is not to be used. */
  readonly low: number;
  readonly high: number;
  /** How it is computed from the maps. */
  readonly definition: string;
  /** The published cut-off for hemorrhage and what it did there; a cut-off of one study, not a rule. */
  readonly published?: string;
  readonly source: string;
  readonly doi?: string;
}

export const PERFUSION_FEATURES = {
  coreVolume: {
    unit: 'mL',
    low: 0,
    high: 700,
    definition: 'volume with relative cerebral blood flow below 30 % of the mean of the contralateral hemisphere',
    published: 'area under the curve for parenchymal hematoma 0.69 in 132 patients, 14 with hematoma',
    source: 'Yassi 2013, Stroke 44:3039',
    doi: '10.1161/STROKEAHA.113.002396',
  },
  hypoperfusionVolume: {
    unit: 'mL',
    low: 0,
    high: 900,
    definition: 'volume with a time to maximum of the residue function (Tmax) above 6 s',
    source: 'Lansberg 2012, Lancet Neurol 11:860',
    doi: '10.1016/S1474-4422(12)70203-X',
  },
  severeHypoperfusionVolume: {
    unit: 'mL',
    low: 0,
    high: 900,
    definition: 'volume with Tmax above 10 s; its share of the volume above 6 s is the hypoperfusion intensity ratio',
    source: 'Olivot 2014, Stroke 45:1018',
    doi: '10.1161/STROKEAHA.113.003857',
  },
  tmaxOver14Volume: {
    unit: 'mL',
    low: 0,
    high: 900,
    definition: 'volume with Tmax above 14 s',
    published: 'above 5 mL: sensitivity 79 %, specificity 68 % for parenchymal hematoma; area under the curve 0.75',
    source: 'Yassi 2013, Stroke 44:3039',
    doi: '10.1161/STROKEAHA.113.002396',
  },
  veryLowCbvVolume: {
    unit: 'mL',
    low: 0,
    high: 700,
    definition:
      'volume, inside the acute diffusion lesion or CT core, with cerebral blood volume below the 2.5th percentile of the contralateral hemisphere',
    published:
      'above 2 mL: sensitivity 100 % for parenchymal hematoma in EPITHET; in DEFUSE (9 hematomas in 69 patients) sensitivity 100 %, specificity 72 %',
    source: 'Campbell 2010, Stroke 41:82; Campbell 2013, Ann Neurol 73:510',
    doi: '10.1002/ana.23837',
  },
  bloodBrainBarrierPermeability: {
    unit: 'mL/(100.g.min)',
    low: 0,
    high: 50,
    definition:
      'mean permeability–surface-area product inside the ischemic lesion, from a two-phase acquisition; values of different kinetic models or vendors are not interchangeable',
    published: '0.49 with and 0.09 without hemorrhagic transformation, cut-off 0.23, in 41 patients',
    source: 'Aviv 2009, Radiology 250:867',
    doi: '10.1148/radiol.2503080257',
  },
  relativePermeability: {
    unit: '{ratio}',
    low: 0,
    high: 100,
    definition:
      'mean permeability inside the ischemic lesion (permeability–surface-area product, Ktrans or K2) divided by that of the mirrored tissue',
    source: 'normalization as in Scalzo 2013, Magn Reson Imaging 31:961, who used it for MR maps',
  },
} as const satisfies Readonly<Record<string, PerfusionFeature>>;

export type PerfusionFeatureName = keyof typeof PERFUSION_FEATURES;
export const PERFUSION_FEATURE_NAMES = Object.keys(PERFUSION_FEATURES) as readonly PerfusionFeatureName[];
