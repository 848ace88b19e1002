#include "annexb.h"

#include <string.h>

#define START_CODE_BYTES 3u

/* Offset behind the next 00 00 01 at or after `from`; `size` when there is none. */
static uint32_t behind_start_code(const uint8_t *data, uint32_t from, uint32_t size)
{
    uint32_t at = from + 2;

    while (at < size) {
        const uint8_t *one = memchr(data + at, 1, size - at);
        if (one == NULL)
            break;
        at = (uint32_t)(one - data);
        if (data[at - 1] == 0 && data[at - 2] == 0)
            return at + 1;
        at++;
    }
    return size;
}

int bv_annexb_split(const uint8_t *data, uint32_t size, bv_nal_list *out)
{
    uint32_t begin = behind_start_code(data, 0, size);

    out->count = 0;
    while (begin < size) {
        const uint32_t next = behind_start_code(data, begin, size);
        const int last = next == size && !(size >= START_CODE_BYTES && next - begin >= START_CODE_BYTES &&
                                           data[size - 1] == 1 && data[size - 2] == 0 && data[size - 3] == 0);
        uint32_t end = last ? size : next - START_CODE_BYTES;
        while (end > begin && data[end - 1] == 0)
            end--;
        if (end > begin) {
            if (out->count == BV_MAX_NALS)
                return BV_ERR_CORRUPT;
            out->offset[out->count] = begin;
            out->size[out->count++] = end - begin;
        }
        begin = next;
    }
    return out->count > 0 ? 0 : BV_ERR_CORRUPT;
}

int bv_annexb_find(const bv_nal_list *list, const uint8_t *data, uint32_t type)
{
    for (uint32_t i = 0; i < list->count; i++)
        if ((data[list->offset[i]] & 0x1fu) == type)
            return (int)i;
    return -1;
}
