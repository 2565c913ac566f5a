/** The entry point: it listens to signals, and only then loads what it is asked to do. */
import { listenToSignals } from './signals.ts';

listenToSignals();
void import('./running.ts').then(({ run }) => run());
