#include "overlay-lines.h"

/* Characters of the next line out of `left`, of which `columns` fit. */
static uint32_t line_length(const uint32_t *characters, uint32_t left, uint32_t columns)
{
    if (left <= columns)
        return left;
    for (uint32_t length = columns; length > 0; length--)
        if (characters[length] == ' ')
            return length;
    return columns;
}

/* 1: the paragraph is there as a whole. */
static int add_paragraph(const uint32_t *characters, uint32_t begin, uint32_t end, uint32_t columns, uint32_t max_lines,
                         bv_overlay_lines *out)
{
    while (begin < end) {
        if (out->count == max_lines || out->count == BV_OVERLAY_MAX_LINES)
            return 0;
        const uint32_t length = line_length(characters + begin, end - begin, columns);
        out->line[out->count++] = (bv_overlay_line){begin, length};
        begin += length;
        if (begin < end && characters[begin] == ' ')
            begin++;
    }
    return 1;
}

int bv_overlay_break(const uint32_t *characters, uint32_t time_count, uint32_t count, uint32_t columns, uint32_t max_lines,
                     bv_overlay_lines *out)
{
    const uint32_t text_begin = time_count > 0 && count > time_count ? time_count + 1 : time_count;

    out->count = 0;
    if (count <= columns)
        return add_paragraph(characters, 0, count, columns, max_lines, out);
    return add_paragraph(characters, 0, time_count, columns, max_lines, out) &&
           add_paragraph(characters, text_begin, count, columns, max_lines, out);
}
