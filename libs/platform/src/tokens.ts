/** Injection tokens of what has no class of its own. */
export const AppConfig = Symbol('AppConfig');
export const AppLogger = Symbol('AppLogger');
