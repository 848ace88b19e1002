#include "window.h"

#define WHOLE_MILLI 1000u
#define FULL_TURN 360u
#define HALF_TURN 180u
#define MIN_SIDE 2u

bv_turn bv_turn_of(uint32_t rotation, uint32_t flip)
{
    const int is_sideways = rotation % HALF_TURN != 0;

    if (flip == (BV_FLIP_HORIZONTAL | BV_FLIP_VERTICAL))
        return (bv_turn){(rotation + HALF_TURN) % FULL_TURN, 0};
    /* sideways, what was left and right before is up and down afterwards */
    if ((flip == BV_FLIP_HORIZONTAL && !is_sideways) || (flip == BV_FLIP_VERTICAL && is_sideways))
        return (bv_turn){(rotation + HALF_TURN) % FULL_TURN, 1};
    return (bv_turn){rotation, flip != 0};
}

static uint32_t even(uint32_t length)
{
    return length & ~1u;
}

static uint32_t shown_length(uint32_t length, uint32_t zoom_milli)
{
    const uint32_t shown = even(length * WHOLE_MILLI / zoom_milli);
    if (zoom_milli == WHOLE_MILLI || length <= MIN_SIDE)
        return length;
    return shown < MIN_SIDE ? MIN_SIDE : shown;
}

/* -1000 … 1000 along what is left over */
static uint32_t offset_of(uint32_t left_over, int32_t milli)
{
    return even(left_over * (uint32_t)((int32_t)WHOLE_MILLI + milli) / (2 * WHOLE_MILLI));
}

bv_window bv_window_of(const bv_stage *stage, uint32_t width, uint32_t height)
{
    const bv_turn turn = bv_turn_of(stage->rotation, stage->flip);
    const int is_sideways = turn.rotation % HALF_TURN != 0;
    const uint32_t turned_width = is_sideways ? height : width, turned_height = is_sideways ? width : height;
    const uint32_t shown_width = shown_length(turned_width, stage->zoom_milli);
    const uint32_t shown_height = shown_length(turned_height, stage->zoom_milli);
    const uint32_t left = offset_of(turned_width - shown_width, stage->pan_milli);
    const uint32_t top = offset_of(turned_height - shown_height, -stage->tilt_milli);
    const uint32_t right = turned_width - shown_width - left, bottom = turned_height - shown_height - top;
    bv_window window = {.x = left, .y = top, .width = shown_width, .height = shown_height};

    if (is_sideways)
        window = (bv_window){.width = shown_height, .height = shown_width};
    if (turn.rotation == 90) {
        window.x = top;
        window.y = right;
    } else if (turn.rotation == HALF_TURN) {
        window.x = right;
        window.y = bottom;
    } else if (turn.rotation == 270) {
        window.x = bottom;
        window.y = left;
    }
    if (turn.is_inverted)
        window.y = height - window.y - window.height;
    window.x = even(window.x);
    window.y = even(window.y);
    return window;
}
