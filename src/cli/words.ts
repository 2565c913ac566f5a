/** Numbers, durations and names as people read them; the command line says them as every other page does. */
export { commandOn, counted, formatAge, formatCount, formatNear, listOf } from '../words.ts';
