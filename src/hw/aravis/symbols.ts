/**
 * The functions of libaravis 0.8 that the camera driver calls. Whatever talks to the camera, waits for it, or joins a
 * thread is nonblocking: a camera that was unplugged holds such calls up for seconds, and a synchronous one would hold up
 * everything else with it.
 */
export const ARAVIS_SYMBOLS = {
  arv_get_major_version: { parameters: [], result: "u32" },
  arv_get_minor_version: { parameters: [], result: "u32" },
  arv_get_micro_version: { parameters: [], result: "u32" },
  arv_enable_interface: { parameters: ["buffer"], result: "void" },
  arv_update_device_list: { parameters: [], result: "void", nonblocking: true },
  arv_get_n_devices: { parameters: [], result: "u32" },
  arv_get_device_id: { parameters: ["u32"], result: "pointer" },
  arv_camera_new: { parameters: ["buffer", "buffer"], result: "pointer", nonblocking: true },
  arv_camera_get_vendor_name: { parameters: ["pointer", "buffer"], result: "pointer", nonblocking: true },
  arv_camera_get_model_name: { parameters: ["pointer", "buffer"], result: "pointer", nonblocking: true },
  arv_camera_get_sensor_size: {
    parameters: ["pointer", "buffer", "buffer", "buffer"],
    result: "void",
    nonblocking: true,
  },
  arv_camera_set_region: {
    parameters: ["pointer", "i32", "i32", "i32", "i32", "buffer"],
    result: "void",
    nonblocking: true,
  },
  arv_camera_get_region: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "void",
    nonblocking: true,
  },
  arv_camera_set_pixel_format_from_string: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "void",
    nonblocking: true,
  },
  arv_camera_get_pixel_format_as_string: { parameters: ["pointer", "buffer"], result: "pointer", nonblocking: true },
  arv_camera_is_exposure_auto_available: { parameters: ["pointer", "buffer"], result: "i32", nonblocking: true },
  arv_camera_set_exposure_time_auto: { parameters: ["pointer", "i32", "buffer"], result: "void", nonblocking: true },
  arv_camera_set_exposure_time: { parameters: ["pointer", "f64", "buffer"], result: "void", nonblocking: true },
  arv_camera_get_exposure_time: { parameters: ["pointer", "buffer"], result: "f64", nonblocking: true },
  arv_camera_get_exposure_time_bounds: {
    parameters: ["pointer", "buffer", "buffer", "buffer"],
    result: "void",
    nonblocking: true,
  },
  arv_camera_is_gain_auto_available: { parameters: ["pointer", "buffer"], result: "i32", nonblocking: true },
  arv_camera_set_gain_auto: { parameters: ["pointer", "i32", "buffer"], result: "void", nonblocking: true },
  arv_camera_set_gain: { parameters: ["pointer", "f64", "buffer"], result: "void", nonblocking: true },
  arv_camera_get_gain: { parameters: ["pointer", "buffer"], result: "f64", nonblocking: true },
  arv_camera_get_gain_bounds: {
    parameters: ["pointer", "buffer", "buffer", "buffer"],
    result: "void",
    nonblocking: true,
  },
  arv_camera_set_frame_rate: { parameters: ["pointer", "f64", "buffer"], result: "void", nonblocking: true },
  arv_camera_get_frame_rate: { parameters: ["pointer", "buffer"], result: "f64", nonblocking: true },
  arv_camera_is_software_trigger_supported: { parameters: ["pointer", "buffer"], result: "i32", nonblocking: true },
  arv_camera_set_trigger: { parameters: ["pointer", "buffer", "buffer"], result: "void", nonblocking: true },
  arv_camera_software_trigger: { parameters: ["pointer", "buffer"], result: "void", nonblocking: true },
  arv_camera_get_payload: { parameters: ["pointer", "buffer"], result: "u32", nonblocking: true },
  arv_camera_create_stream: {
    parameters: ["pointer", "function", "pointer", "buffer"],
    result: "pointer",
    nonblocking: true,
  },
  arv_camera_start_acquisition: { parameters: ["pointer", "buffer"], result: "void", nonblocking: true },
  arv_camera_stop_acquisition: { parameters: ["pointer", "buffer"], result: "void", nonblocking: true },
  arv_buffer_new_allocate: { parameters: ["usize"], result: "pointer" },
  arv_buffer_get_status: { parameters: ["pointer"], result: "i32" },
  arv_buffer_get_data: { parameters: ["pointer", "buffer"], result: "pointer" },
  arv_buffer_get_system_timestamp: { parameters: ["pointer"], result: "u64" },
  arv_stream_push_buffer: { parameters: ["pointer", "pointer"], result: "void" },
  arv_stream_try_pop_buffer: { parameters: ["pointer"], result: "pointer" },
  arv_stream_timeout_pop_buffer: { parameters: ["pointer", "u64"], result: "pointer", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** What is needed of GLib's object system: unref may join a thread, so it is nonblocking. */
export const GOBJECT_SYMBOLS = {
  g_object_unref: { parameters: ["pointer"], result: "void", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** What is needed of GLib. */
export const GLIB_SYMBOLS = {
  g_error_free: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;
