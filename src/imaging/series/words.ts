/**
 * Words of series descriptions, in English, German, French and Chinese, as scanners and departments write them.
 * Regular expressions on lower-case text with plain spaces.
 */
export const WORDS = {
  localizer:
    'locali[sz]er|scout|topogra|surview|survey|scanogra|pilot|\\b3 ?-?plane|three plane|\\bplan(ning)? scan|übersicht|lokalis|repérage|reperage|定位',
  perfusionMap:
    '\\br?cbf\\b|\\br?cbv\\b|\\bmtt\\b|\\bttp\\b|\\bt ?max\\b|\\btmax|time to (peak|drain|maximum)|flow extraction|permeability|mismatch|penumbra|perfusion (map|summary|colou?r)|summary map|\\brapid\\b|灌注(图|伪彩)|伪彩',
  diffusionMap: '\\be ?adc\\b|exponential|\\bfa\\b|fractional aniso|\\bdti|tensor|fa map',
  adc: '\\bd?adc\\b|apparent diff|表观(扩散|弥散)',
  diffusion: 'dwi|diff|\\bep b|\\bresolve\\b|弥散|扩散',
  trace: 'trace|isotrop|\\biso\\b|combined|\\bgeom',
  unweighted: '\\bb ?=? ?0\\b',
  reformat:
    '\\bmpr|\\bmip|min ?ip|reformat|recons?t?r? ?(cor|sag)|vrt\\b|volume rend|\\bvr\\b|surface|curved|重建|重组|最大密度|reformation|rekonstruktion',
  boneKernel: '\\bbone|\\bknochen|\\bosseu|\\bos\\b|骨窗|骨算法|\\bsharp\\b|\\bpetrous|felsenbein|rocher',
  bolusTracking:
    'monitor|premon|smart ?prep|bolus|sure ?start|test inj|timing|locator|track(er|ing)|care ?bolus|监测|跟踪|触发',
  angiography:
    '\\bcta|angio|circle of willis|\\bcow\\b|carot|arter|artèr|gefä(ß|ss)|vaisseau|\\btsa\\b|polygone|血管|动脉|頸動脈|颈动脉',
  venous: 'venous|veno(g|us)|\\bctv\\b|\\bmrv\\b|vein|venös|delay|tardif|spät|静脉|延迟',
  contrast: 'contrast|\\bpost\\b|\\+ ?c\\b|\\bc ?\\+|\\bkm\\b|inject|\\bgad|\\bgd\\b|增强|强化|造影|\\bivcm\\b|\\bc\\+',
  noContrast:
    'non[- ]?con|without|w ?/ ?o\\b|\\bnativ|ohne|\\bsans\\b|\\bsc\\b|平扫|plain|unenhanced|\\bnect\\b|\\bncct',
  perfusion: 'perf|\\bctp|\\bpwi|\\bdsc|灌注|durchblut',
  labeling: 'asl\\b|\\bpc ?asl|\\bpasl|spin label|bold|fmri|resting|动脉自旋',
  flair: 'flair|dark ?-?fluid|\\btirm|水抑制|黑水|压水',
  phantom: 'phantom|\\bqa\\b|\\bqc\\b|water ?bath|水模|模体|constancy|konstanz',
} as const;
