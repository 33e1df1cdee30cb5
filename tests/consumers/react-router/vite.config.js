// Bundled beforehand, the package would lose its wasm files: as the guide says.
export default { optimizeDeps: { exclude: ["escale"] } };
