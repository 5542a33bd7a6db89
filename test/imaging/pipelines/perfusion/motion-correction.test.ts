/** Known motions of a head are found to a fraction of a millimeter, through contrast and noise. */
import { expect, it } from 'vitest';
import { correctMotion } from '../../../../src/imaging/pipelines/perfusion/motion-correction.ts';
import { perfusionPhantom, type HeadMotion } from '../../../support/perfusion-phantom.ts';

const MOVES: readonly HeadMotion[] = [
  { yawDegrees: 0, shift: [0, 0, 0] },
  { yawDegrees: 0, shift: [5, 0, 0] },
  { yawDegrees: 0, shift: [3, -4, 0] },
  { yawDegrees: 8, shift: [0, 0, 0] },
  { yawDegrees: -3, shift: [2, 6, 0] },
];

/** Of the corner of the head that moves farthest, mm. */
function displacement({ yawDegrees, shift }: HeadMotion): number {
  const angle = (yawDegrees * Math.PI) / 180;
  const corners = [-1, 1].flatMap((i) => [-1, 1].map((j) => [i * 86, j * 106] as const));
  return Math.max(
    ...corners.map(([x, y]) =>
      Math.hypot(
        x * Math.cos(angle) - y * Math.sin(angle) + shift[0] - x,
        x * Math.sin(angle) + y * Math.cos(angle) + shift[1] - y,
      ),
    ),
  );
}

it.each(['ct', 'mr'] as const)('%s', async (kind) => {
  const move = (frame: number): HeadMotion =>
    MOVES[frame < 3 ? 0 : frame % MOVES.length] ?? { yawDegrees: 0, shift: [0, 0, 0] };
  const phantom = perfusionPhantom({ kind, frames: 18, intervalSeconds: 2, motion: move });
  const still = perfusionPhantom({ kind, frames: 18, intervalSeconds: 2 });
  const { frames, motionMm } = await correctMotion(phantom.series.frames, phantom.series, kind, () =>
    Promise.resolve(),
  );
  motionMm.forEach((mm, frame) => {
    const truth = displacement(move(frame));
    // The box around the head is that of the coarse grid: 5 % of a turn.
    expect(Math.abs(mm - truth), `frame ${frame}: ${mm.toFixed(2)} for ${truth.toFixed(2)}`).toBeLessThan(
      0.5 + 0.08 * truth,
    );
  });
  // Once brought back, the brain is where it was: nothing but noise and interpolation is left between the two.
  const brain = [...phantom.labels.keys()].filter(
    (at) => (phantom.labels[at] ?? 0) % 10 === 7 || (phantom.labels[at] ?? 0) === 7,
  );
  const far = (a: Float32Array | undefined, b: Float32Array | undefined): number => {
    const differences = brain.map((at) => (a?.[at] ?? NaN) - (b?.[at] ?? NaN)).filter((x) => !Number.isNaN(x));
    return Math.sqrt(differences.reduce((sum, x) => sum + x * x, 0) / differences.length);
  };
  const moved = 8;
  expect(far(frames[moved], still.series.frames[moved])).toBeLessThan(kind === 'ct' ? 6 : 5);
});
