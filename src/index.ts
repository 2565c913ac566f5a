/** The library: the pure rules, and the operations on real servers. Importing it has no side effect. */
export { type App, composeApp } from './app.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Config, parseConfig } from './config.ts';
export { ConnectsError } from './errors.ts';
export { createLog, silentLog } from './log.ts';
export { boundary, firstInstantOf } from './domain/calendar.ts';
export { parseEvent } from './domain/events/events.ts';
export { settleBoundary, catchUp } from './domain/settle.ts';
export { parseScenario, simulate } from './domain/simulation/simulate.ts';
export { builtInTerms, parseTerms, termsInForce } from './domain/terms.ts';
export { migrateDatabase } from './operations/upkeep/migrate-database.ts';
export { recordEvents } from './operations/events/record-events.ts';
export { settleAccounts } from './operations/settling/settle-accounts.ts';
export { sweep } from './operations/runs/sweep.ts';
