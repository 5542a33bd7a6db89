/** ADC maps come in mm²/s, in 10⁻³ and in 10⁻⁶ of it, whatever their header says: brought to one unit. */
import { ImageRefusal } from '../image-refusal.ts';
import type { Built, Volume } from '../volume/volume.ts';

/**
 * Half of the tissue of a head lies between these, 10⁻⁶ mm²/s: brain 700 to 900, cerebrospinal fluid 3000, acute
 * infarct 300 to 600 (values of adult brain at 1.5 and 3 T; wide on purpose).
 */
const TISSUE = [150, 3000] as const;
const FACTORS = [1, 1000, 1e6, 0.1, 1e-3] as const;

/** @throws ImageRefusal 'unsupported-type' when no unit makes the values those of tissue */
export function inMicrometers(built: Built<Volume>): Built<Volume> {
  const { values } = built.image;
  const sample: number[] = [];
  const step = Math.max(1, Math.floor(values.length / 100_000));
  for (let at = 0; at < values.length; at += step) {
    const value = values[at] ?? NaN;
    if (value > 0) sample.push(value);
  }
  sample.sort((a, b) => a - b);
  const typical = sample[Math.floor(sample.length / 2)] ?? 0;
  const factor = FACTORS.find((one) => typical * one >= TISSUE[0] && typical * one <= TISSUE[1]);
  if (factor === undefined) {
    throw new ImageRefusal(
      'unsupported-type',
      'the values of the ADC map are those of no tissue in any unit: send the map as computed',
    );
  }
  if (factor === 1) return built;
  return {
    ...built,
    image: { ...built.image, values: values.map((value) => value * factor) },
    steps: [...built.steps, { step: 'adc-rescaled', factor }],
  };
}
