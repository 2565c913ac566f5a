/** Colours for a terminal, and for nothing else: a pipe or a file gets plain text, whatever CI says of itself. */
import pc from 'picocolors';

const isWanted = process.stdout.isTTY || Boolean(process.env['FORCE_COLOR']);
export const colours = pc.createColors(isWanted && pc.isColorSupported);
