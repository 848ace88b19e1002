#include "pace.h"

#define WINDOW_US 1000000u
#define FORGET_US 2000000u
#define SECOND_US 1000000u
/* Clocks of cameras are not exact: a source up to a tenth faster than the stream passes whole. */
#define SLACK_TENTHS 11u

void bv_rate_meter_count(bv_rate_meter *meter, uint64_t now_us)
{
    if (meter->begin_us == 0 || now_us - meter->begin_us > FORGET_US) {
        meter->begin_us = now_us;
        meter->count = 0;
        return;
    }
    meter->count++;
    if (now_us - meter->begin_us >= WINDOW_US) {
        meter->fps_millihertz = (uint32_t)((uint64_t)meter->count * 1000u * SECOND_US / (now_us - meter->begin_us));
        meter->begin_us = now_us;
        meter->count = 0;
    }
}

void bv_rate_meter_idle(bv_rate_meter *meter, uint64_t now_us)
{
    if (meter->begin_us != 0 && now_us - meter->begin_us > FORGET_US)
        *meter = (bv_rate_meter){0};
}

int bv_pacer_takes(bv_pacer *pacer, uint32_t fps, uint32_t source_millihertz)
{
    if ((uint64_t)source_millihertz * 10u <= fps * 1000u * SLACK_TENTHS) {
        pacer->credit = 0;
        return 1;
    }
    if (pacer->credit >= fps * 1000u) {
        pacer->credit -= fps * 1000u;
        return 0;
    }
    pacer->credit += source_millihertz - fps * 1000u;
    return 1;
}
