import { methodStyle } from '../plots/series-style';

/** The two ways to use a CLIP that the lessons compare, in the order of legends. */
export const WAYS = ['MediCLIP, few-shot', 'zero-shot CLIP'] as const;

/** How they look in all charts, in the same order. */
export const WAY_STYLES = WAYS.map(methodStyle);

/** The Vega-Lite scale of their colours. */
export const WAY_COLOURS = { domain: WAYS, range: WAY_STYLES.map(({ colour }) => colour) };
