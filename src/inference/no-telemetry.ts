/**
 * Imported before onnxruntime is loaded: from 1.29 on its Linux builds have telemetry to their maker on (machine, sessions,
 * names of graphs) and keep an id of the device below the home folder, unless this is set. A hospital's service reports
 * nothing to anybody it was not told to. The start of a process sets it for its threads, which hold a copy of the environment
 * that the library does not read, and for the processes that it starts.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
