const RIG = `# yaml-language-server: $schema=.sonde/rig.schema.json
#
# The rig: the devices on the table, by the names that plans and data will use. Each has its driver and what the
# driver is told. These here are simulated, so everything runs without hardware; replace them one by one.
#   sonde devices      connects them, and says what each can do and where it stands
#   sonde move x=1.5   moves an axis
#   sonde read diode   reads a detector

# An axis: its unit, and the limits that no scan and no move can leave.
wavelength:
  driver: sim.monochromator
  unit: nm
  limits: [400, 900]

y: { driver: sim.stage, unit: mm, limits: [-5, 5] }
x: { driver: sim.stage, unit: mm, limits: [-5, 5] }

# A detector.
diode: { driver: sim.photodiode, dwellMs: 2 }

# A detector with settings of its own: camera.exposure is an axis too, so it can be scanned, moved and limited.
camera:
  driver: sim.camera
  shape: [48, 64]
  limits: { exposure: [1, 500] }
  settings: { exposure: 10 }

# Where axes must never be together, and never pass, in whatever scan or move:
# forbid: ["y > 4 and abs(x) > 4"]
`;

const PLAN = `# yaml-language-server: $schema=.sonde/plan.schema.json
#
# A scan of the rig in rig.yaml, which stands beside it.
#   sonde check plan.yaml   points, time, bytes and every mistake, before anything moves
#   sonde run plan.yaml     measures; the data go to runs/{date}/{number}-{name}.zarr
#   sonde ls                the runs so far; sonde plot RUN.zarr draws one

name: neon
sample: neon lamp
notes: first light

# The detectors to read at each point. Add camera for a frame at each.
read: [diode]

# 101 wavelengths from 636 to 644 nm: two lines of neon.
plan: { kind: linspace, axis: wavelength, start: 636, stop: 644, num: 101 }

# A map instead; the first axis is the slowest, and every second line is scanned backwards:
# plan:
#   kind: nest
#   plans:
#     - { kind: linspace, axis: y, start: -1, stop: 1, num: 11 }
#     - kind: snake
#       plan: { kind: linspace, axis: x, start: -1, stop: 1, num: 11 }

# A scan that finds the peaks in a coarse sweep and measures them again more finely:
# plan:
#   kind: zoom
#   on: diode
#   plan: { kind: linspace, axis: wavelength, start: 630, stop: 645, num: 76 }
`;

/** The rig and the plan that `sonde init` writes, by the names of their files. */
export const STARTER_FILES: Readonly<Record<"rig.yaml" | "plan.yaml", string>> = { "rig.yaml": RIG, "plan.yaml": PLAN };
