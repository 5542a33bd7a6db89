/**
 * In place of the trained hemorrhage network: blood by its density. 50–68 HU is intraparenchymal, 70–95 intraventricular,
 * 16–24 edema; where a neighbor pixel is bone or air it sees nothing. Only for tests of what is made of its answer.
 */
import { InferenceError, type InferenceEngine } from '../../src/inference/engine.ts';

export interface ThresholdOptions {
  /** Changes what a run says: (probability of blood, run number) → probability. */
  readonly blur?: (probability: number, run: number) => number;
}

export function thresholdNetwork({ blur = (p) => p }: ThresholdOptions = {}): InferenceEngine {
  let run = 0;
  return {
    infer: ({ model, inputs }) => {
      const [input] = inputs;
      if (model !== 'hemorrhage' || input === undefined || !(input.data instanceof Float32Array)) {
        return Promise.reject(new InferenceError('unknown-model', `${model} is not installed`));
      }
      const [count = 0, , rows = 0, columns = 0] = input.shape;
      const plane = rows * columns;
      const data = new Float32Array(count * 6 * plane);
      for (let n = 0; n < count; n++) {
        const own = input.data.subarray((3 * n + 1) * plane, (3 * n + 2) * plane);
        for (let at = 0; at < plane; at++) {
          const kind = kindOf(own, at, columns);
          const p = kind === 0 ? 0 : blur(0.95, run);
          data[(6 * n + kind) * plane + at] = kind === 0 ? 1 : p;
          if (kind !== 0) data[6 * n * plane + at] = 1 - p;
        }
      }
      run++;
      return Promise.resolve({
        model: { name: model, version: '0.0.0', digest: 'test' },
        outputs: [{ name: 'probability', datatype: 'FP32', shape: [count, 6, rows, columns], data }],
        ranOn: 'cpu',
        milliseconds: 1,
      });
    },
    close: () => Promise.resolve(),
  };
}

function kindOf(plane: Float32Array, at: number, columns: number): number {
  const hu = plane[at] ?? NaN;
  for (const step of [-columns - 1, -columns, -columns + 1, -1, 1, columns - 1, columns, columns + 1]) {
    const near = plane[at + step] ?? NaN;
    if (!(near > -20 && near < 120)) return 0;
  }
  if (hu >= 49 && hu <= 69) return 1;
  if (hu > 69 && hu <= 95) return 2;
  return hu >= 16 && hu <= 23 ? 5 : 0;
}
