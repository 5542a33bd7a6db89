/** What every story of the example patients begins with. */
import type { Bundle } from 'fhir/r4.js';
import { ExamplePatient } from './example-builder.ts';
import * as code from './example-codes.ts';

export interface Story {
  readonly id: string;
  readonly story: string;
  readonly bundle: Bundle;
}

const NOW = '2026-11-23T14:00:00Z';

export function story(id: string, text: string, write: (patient: ExamplePatient) => ExamplePatient): Story {
  return { id, story: text, bundle: write(new ExamplePatient(id, NOW)).bundle() };
}

/** Laboratory values of somebody whose blood clots normally. */
export function normalLaboratory(patient: ExamplePatient, minutesAgo: number, glucose = 118): ExamplePatient {
  return patient
    .quantity(code.GLUCOSE, minutesAgo, glucose, 'mg/dL')
    .quantity(code.INR, minutesAgo, 1.0, '{INR}')
    .quantity(code.APTT, minutesAgo, 28, 's')
    .quantity(code.PLATELETS, minutesAgo, 224, '10*3/uL')
    .quantity(code.CREATININE, minutesAgo, 0.9, 'mg/dL');
}
