import type { MethodFacts } from '../method';

/**
 * MediCLIP (Zhang et al., MICCAI 2024): its settings are the top-level ones of the configuration.
 */
export const mediclip = { name: 'mediclip', label: 'MediCLIP', role: 'proposed', epochs: true, maps: true } as const satisfies MethodFacts;
