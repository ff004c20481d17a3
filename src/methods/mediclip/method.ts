import type { MethodFacts } from '../method';

/** MediCLIP (Zhang et al., MICCAI 2024): its settings are those of the configuration itself. */
export const mediclip = { name: 'mediclip', label: 'MediCLIP', role: 'proposed', epochs: true, maps: true } as const satisfies MethodFacts;
