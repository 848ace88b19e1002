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

int bv_pacer_takes(bv_pacer *pacer, uint64_t capture_us, uint32_t fps, uint32_t source_millihertz)
{
    const uint64_t period_us = SECOND_US / fps;
    const uint64_t source_us = source_millihertz > 0 ? 1000u * (uint64_t)SECOND_US / source_millihertz : period_us;
    const uint64_t tolerance_us = source_us / 2;

    if (source_us * SLACK_TENTHS >= period_us * 10u) {
        pacer->due_us = capture_us + period_us;
        return 1;
    }
    if (capture_us + tolerance_us < pacer->due_us && pacer->due_us - capture_us <= SECOND_US)
        return 0;
    /* keep the rhythm, unless it has been lost */
    if (capture_us > pacer->due_us + period_us || pacer->due_us > capture_us + SECOND_US)
        pacer->due_us = capture_us;
    pacer->due_us += period_us;
    return 1;
}
