//! Evidence bundles: writer, stand-alone verifier and report.
