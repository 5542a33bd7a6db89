export * from './common.ts';
export * from './discovery.ts';
export * from './feedback.ts';
export * from './request.ts';
export * from './response.ts';
