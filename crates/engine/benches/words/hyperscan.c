/* The peer of the bench of words: Hyperscan (or Vectorscan), every term a literal without regard to ASCII case, every
 * match reported. Compiled by the bench with `cc hyperscan.c -lhs` where the library is installed.
 *
 * hyperscan-peer PAGES TERMS: says "ready"; then for each line on standard input reads all pages once and says the
 * seconds of processor time and the matches. PAGES holds pages, each a 32-bit little-endian length and its bytes; TERMS a term a line. */
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *read_all(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(2); }
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length + 1);
    if (!bytes || fread(bytes, 1, *length, file) != *length) { perror(path); exit(2); }
    bytes[*length] = 0;
    fclose(file);
    return bytes;
}

static int on_match(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags, void *count) {
    (void)id; (void)from; (void)to; (void)flags;
    ++*(unsigned long long *)count;
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 3) { fprintf(stderr, "usage: hyperscan-peer PAGES TERMS\n"); return 2; }
    size_t pages_length, terms_length, count = 0, room = 1024;
    char *pages = read_all(argv[1], &pages_length), *terms = read_all(argv[2], &terms_length);
    const char **expressions = malloc(room * sizeof *expressions);
    size_t *lengths = malloc(room * sizeof *lengths);
    for (char *term = strtok(terms, "\n"); term; term = strtok(NULL, "\n")) {
        if (count == room) {
            room *= 2;
            expressions = realloc(expressions, room * sizeof *expressions);
            lengths = realloc(lengths, room * sizeof *lengths);
        }
        expressions[count] = term;
        lengths[count++] = strlen(term);
    }
    unsigned int *flags = malloc(count * sizeof *flags), *ids = malloc(count * sizeof *ids);
    for (size_t nth = 0; nth < count; nth++) { flags[nth] = HS_FLAG_CASELESS; ids[nth] = (unsigned int)nth; }
    hs_database_t *database;
    hs_compile_error_t *error;
    if (hs_compile_lit_multi(expressions, flags, ids, lengths, (unsigned int)count, HS_MODE_BLOCK, NULL, &database,
                             &error) != HS_SUCCESS) {
        fprintf(stderr, "hyperscan-peer: %s\n", error->message);
        return 2;
    }
    hs_scratch_t *scratch = NULL;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) { fprintf(stderr, "hyperscan-peer: no scratch\n"); return 2; }
    printf("ready %s\n", hs_version());
    fflush(stdout);
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        struct timespec start, end;
        unsigned long long matches = 0;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        for (size_t at = 0; at + 4 <= pages_length;) {
            unsigned char *head = (unsigned char *)pages + at;
            unsigned int length = head[0] | head[1] << 8 | head[2] << 16 | (unsigned int)head[3] << 24;
            if (hs_scan(database, pages + at + 4, length, 0, scratch, on_match, &matches) != HS_SUCCESS) { return 2; }
            at += 4 + length;
        }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        printf("%.6f %llu\n", (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9, matches);
        fflush(stdout);
    }
    return 0;
}
