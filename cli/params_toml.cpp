// TOML by toml++, Debian's only maintained reader of it, which is C++: the one such file, behind a C function. A text becomes
// the JSON text of the same values, so that parameters are read in one place. Knows nothing of parameters.
#define TOML_EXCEPTIONS        0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_HEADER_ONLY       1
#include <toml++/toml.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
#include "cli/params_toml.h"
}

namespace
{

struct Writer {
    std::string out;
    const toml::node *wrong = nullptr; // what JSON has no word for

    void string(std::string_view s)
    {
        out += '"';
        for (char c : s) {
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (static_cast<unsigned char>(c) < 0x20) {
                char escape[8];
                std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned>(c));
                out += escape;
            } else {
                out += c;
            }
        }
        out += '"';
    }

    void number(double v)
    {
        char digits[40];
        std::snprintf(digits, sizeof(digits), "%.17g", v);
        out += digits;
        if (!std::strpbrk(digits, ".e"))
            out += ".0";
    }

    void list(const toml::array &items)
    {
        out += '[';
        for (std::size_t k = 0; k < items.size(); k++) {
            out += k ? "," : "";
            value(items[k]);
        }
        out += ']';
    }

    void table(const toml::table &entries)
    {
        const char *between = "";
        out += '{';
        for (const auto &[key, entry] : entries) {
            out += between;
            string(key.str());
            out += ':';
            value(entry);
            between = ",";
        }
        out += '}';
    }

    void value(const toml::node &v)
    {
        if (const auto *t = v.as_table())
            table(*t);
        else if (const auto *a = v.as_array())
            list(*a);
        else if (const auto *s = v.as_string())
            string(s->get());
        else if (const auto *i = v.as_integer())
            out += std::to_string(i->get());
        else if (const auto *f = v.as_floating_point(); f && std::isfinite(f->get()))
            number(f->get());
        else if (const auto *b = v.as_boolean())
            out += b->get() ? "true" : "false";
        else
            wrong = &v;
    }
};

} // namespace

// The library's "Error while parsing …: " says nothing that the place does not.
static std::string_view without_prefix(std::string_view text)
{
    std::size_t colon = text.substr(0, 5) == "Error" ? text.find(": ") : std::string_view::npos;
    return colon == std::string_view::npos ? text : text.substr(colon + 2);
}

static void place(QbTomlError *e, const toml::source_region &at, std::string_view text)
{
    e->line = static_cast<int>(at.begin.line);
    e->column = static_cast<int>(at.begin.column);
    std::snprintf(e->text, sizeof(e->text), "%.*s", static_cast<int>(text.size()), text.data());
}

char *qb_toml_to_json(const char *text, size_t n, QbTomlError *error)
{
    const toml::parse_result result = toml::parse(std::string_view(text, n));
    if (!result) {
        place(error, result.error().source(), without_prefix(result.error().description()));
        return nullptr;
    }
    Writer w;
    w.table(result.table());
    if (w.wrong) {
        place(error, w.wrong->source(), "dates, times, nan and inf are no values of parameters");
        return nullptr;
    }
    char *copy = static_cast<char *>(std::malloc(w.out.size() + 1));
    if (copy)
        std::memcpy(copy, w.out.c_str(), w.out.size() + 1);
    else
        std::snprintf(error->text, sizeof(error->text), "not enough memory");
    return copy;
}
