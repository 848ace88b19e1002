/* The overlay where memory runs out, which the linker's --wrap=malloc makes happen. */
#include <errno.h>
#include <string.h>

#include "../../../native/c/pixels/overlay.h"
#include "../../../native/c/pixels/stage.h"
#include "check.h"

#define WIDTH 640u
#define HEIGHT 360u
#define GREY 100u

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static int is_out_of_memory;

void *__wrap_malloc(size_t size)
{
    return is_out_of_memory ? NULL : __real_malloc(size);
}

static uint32_t changed_samples(const bv_picture *picture)
{
    uint32_t changed = 0;

    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
        changed += picture->plane[0][i] != GREY;
    return changed;
}

static int draw(bv_overlay *overlay, bv_picture *picture, time_t second)
{
    memset(picture->plane[0], GREY, (size_t)WIDTH * HEIGHT);
    return bv_overlay_draw(overlay, picture, 0, 0, second);
}

void check_overlay_memory(void)
{
    bv_stage stage = {.zoom_milli = 1000, .overlay_enabled = 1, .overlay_text = "short"};
    bv_overlay overlay = {0};
    bv_picture picture = {0};

    CHECK(bv_picture_allocate(&picture, WIDTH, HEIGHT) == 0 && picture.stride[0] == WIDTH);
    bv_overlay_configure(&overlay, &stage);
    CHECK(draw(&overlay, &picture, 1) == 0 && changed_samples(&picture) > 0);

    strcpy(stage.overlay_text, "a text that needs more room than the one before it");
    bv_overlay_configure(&overlay, &stage);
    is_out_of_memory = 1;
    CHECK(draw(&overlay, &picture, 1) == -ENOMEM && changed_samples(&picture) == 0);
    /* nothing to show until there is another text; what was freed is not drawn */
    CHECK(draw(&overlay, &picture, 1) == 0 && changed_samples(&picture) == 0);
    CHECK(draw(&overlay, &picture, 2) == -ENOMEM && changed_samples(&picture) == 0);
    is_out_of_memory = 0;
    CHECK(draw(&overlay, &picture, 3) == 0 && changed_samples(&picture) > 0);
    bv_overlay_free(&overlay);
    bv_picture_free(&picture);
}
