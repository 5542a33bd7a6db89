/** Trial criteria on measured volumes, as plain yes/no questions. */
import { DAWN } from '../scores/dawn.ts';
import { DEFUSE_3 } from '../scores/mismatch.ts';

const saysMeets = (result: object): boolean => 'meets' in result && result.meets === true;

/** DAWN, clinical–core mismatch. @param age years @param core mL */
export function meetsDawn(age: number, nihss: number, core: number): boolean {
  return saysMeets(DAWN.compute({ age, nihss, core_ml: core }));
}

/** DEFUSE 3, imaging part; a core of 0 mL passes the ratio. @param core mL @param hypoperfusion mL with Tmax > 6 s */
export function meetsDefuse3(core: number, hypoperfusion: number): boolean {
  return saysMeets(DEFUSE_3.compute({ core_ml: core, tmax6_ml: hypoperfusion }));
}
