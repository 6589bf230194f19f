export * from './parts.ts';
export * from './tasks.ts';
