export { API_VERSION } from './admin/schema.ts';
export { readAppToml, type AppToml } from './app-toml.ts';
export { startSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';
export { createClock, type Clock } from './time/clock.ts';
