import { z } from 'zod';

/** What a person of the merchant's staff may do. `admin:full` includes the others. */
export const roleSchema = z.enum(['admin:full', 'admin:analytics', 'admin:support', 'admin:points']);
export type Role = z.infer<typeof roleSchema>;
