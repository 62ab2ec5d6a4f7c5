/* A polarimeter that is not there, in the manner of vendors' libraries: handles, status codes, calls that block.
 * It stands in for yours. Build it with: cc -shared -fPIC -O2 -pthread -o libmeter.so meter.c -lm */
#define _DEFAULT_SOURCE
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define METER_OK 0
#define METER_NO_HANDLE 1
#define METER_STOPPED 2

#define DEGREES_PER_MS 0.5

typedef struct {
  pthread_mutex_t lock;
  double angle; /* of the polariser, degrees */
  int stopping;
  double axis; /* of the light, degrees */
} Meter;

Meter *meter_open(double axis) {
  Meter *meter = calloc(1, sizeof *meter);
  if (!meter) return NULL;
  pthread_mutex_init(&meter->lock, NULL);
  meter->axis = axis;
  return meter;
}

static double step(double from, double to) {
  double way = to - from;
  return fabs(way) <= DEGREES_PER_MS ? way : copysign(DEGREES_PER_MS, way);
}

/* Forgets that it was stopped. A call of its own: were it part of meter_turn, a stop just before that begins would be lost. */
int meter_ready(Meter *meter) {
  if (!meter) return METER_NO_HANDLE;
  pthread_mutex_lock(&meter->lock);
  meter->stopping = 0;
  pthread_mutex_unlock(&meter->lock);
  return METER_OK;
}

/* Turns the polariser; returns when it has arrived, or was stopped. */
int meter_turn(Meter *meter, double angle) {
  if (!meter) return METER_NO_HANDLE;
  pthread_mutex_lock(&meter->lock);
  while (meter->angle != angle && !meter->stopping) {
    meter->angle += step(meter->angle, angle);
    pthread_mutex_unlock(&meter->lock);
    usleep(1000);
    pthread_mutex_lock(&meter->lock);
  }
  int stopped = meter->stopping;
  pthread_mutex_unlock(&meter->lock);
  return stopped ? METER_STOPPED : METER_OK;
}

/* From any thread, at any time. */
int meter_stop(Meter *meter) {
  if (!meter) return METER_NO_HANDLE;
  pthread_mutex_lock(&meter->lock);
  meter->stopping = 1;
  pthread_mutex_unlock(&meter->lock);
  return METER_OK;
}

int meter_angle(Meter *meter, double *angle) {
  if (!meter) return METER_NO_HANDLE;
  pthread_mutex_lock(&meter->lock);
  *angle = meter->angle;
  pthread_mutex_unlock(&meter->lock);
  return METER_OK;
}

/* The power behind the polariser, mW: Malus' law, and a little light that leaks through. */
int meter_read(Meter *meter, double *power) {
  double angle;
  int status = meter_angle(meter, &angle);
  if (status != METER_OK) return status;
  double cosine = cos((angle - meter->axis) * 3.14159265358979323846 / 180);
  *power = 0.01 + cosine * cosine;
  return METER_OK;
}

const char *meter_message(int status) {
  return status == METER_OK ? "no error" : status == METER_STOPPED ? "the motor was stopped" : "no handle";
}

void meter_close(Meter *meter) {
  if (!meter) return;
  pthread_mutex_destroy(&meter->lock);
  free(meter);
}
