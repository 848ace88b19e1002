#include "strip.h"

#include <string.h>

#define ROWS 2u
#define COLUMNS 50u
#define BITS_PER_ROW (COLUMNS - 2u)
#define PAYLOAD_BYTES 12u
#define BLACK 16
#define WHITE 235

/* CRC-16/CCITT-FALSE */
static uint16_t crc16(const uint8_t *bytes, uint32_t count)
{
    uint16_t crc = 0xffff;
    for (uint32_t i = 0; i < count; i++) {
        crc ^= (uint16_t)(bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

static void pack(uint32_t counter, uint64_t unix_ms, uint8_t out[PAYLOAD_BYTES])
{
    for (uint32_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(counter >> (24 - 8 * i));
    for (uint32_t i = 0; i < 6; i++)
        out[4 + i] = (uint8_t)(unix_ms >> (40 - 8 * i));
    const uint16_t crc = crc16(out, 10);
    out[10] = (uint8_t)(crc >> 8);
    out[11] = (uint8_t)crc;
}

static int is_white(const uint8_t *payload, uint32_t row, uint32_t column)
{
    if (column == 0)
        return 1;
    if (column == COLUMNS - 1)
        return 0;
    const uint32_t bit = row * BITS_PER_ROW + column - 1;
    return payload[bit / 8] >> (7 - bit % 8) & 1;
}

uint32_t bv_strip_top(uint32_t height)
{
    return (height - height / 12) & ~1u;
}

void bv_strip_draw(bv_picture *picture, uint32_t counter, uint64_t unix_ms)
{
    const uint32_t height = picture->height;
    const uint32_t top = bv_strip_top(height);
    uint8_t payload[PAYLOAD_BYTES];

    pack(counter, unix_ms, payload);
    for (uint32_t row = 0; row < ROWS; row++) {
        const uint32_t first = row == 0 ? top : height - height / 24;
        const uint32_t end = row == 0 ? height - height / 24 : height;
        uint8_t *line = picture->plane[0] + (size_t)first * picture->stride[0];
        for (uint32_t column = 0; column < COLUMNS; column++) {
            const uint32_t from = column * picture->width / COLUMNS;
            const uint32_t to = (column + 1) * picture->width / COLUMNS;
            memset(line + from, is_white(payload, row, column) ? WHITE : BLACK, to - from);
        }
        for (uint32_t y = first + 1; y < end; y++)
            memcpy(picture->plane[0] + (size_t)y * picture->stride[0], line, picture->width);
    }
    for (int i = 1; i < 3; i++)
        for (uint32_t y = top / 2; y < bv_half(height); y++)
            memset(picture->plane[i] + (size_t)y * picture->stride[i], 128, bv_half(picture->width));
}
