using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens.Chat;

/// <summary>Templates that cannot be used, or should not be: they are refused by name and line, in bounded time and memory.</summary>
public sealed class TemplateRefusalTests
{
    /// <summary>Stretches that random templates are put together from.</summary>
    static readonly string[] Stretches =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", " ", "\n", "if ", "for ", " in ", "endif", "endfor", "else", "elif ", "set ", "endset",
        "macro f(x)", "endmacro", "f(1)", "x", "messages", "[0]", "[1:]", ".role", "['content']", " = ", " == ", " + ", " ~ ", " * 99999999",
        "'a'", "\"", "1", "(", ")", "[", "]", "{", "}", ",", "|", "trim", "length", "tojson", " is ", "defined", "not ", " and ",
        "range(9999999)", "namespace(a=1)", "loop.index", "raise_exception('x')", "\\u0041", "é😀", "{% for m in messages %}", "{% endfor %}",
    ];

    [Theory]
    [InlineData("a\n{% include 'x' %}", "line 2: the tag \"include\" is not supported; supported are if, for, set, macro")]
    [InlineData("\n\n{{ 'a' | wordwrap }}", "line 3: the filter \"wordwrap\" is not supported; supported are trim, length")]
    [InlineData("{{ 1 is prime }}", "the test \"prime\" is not supported; supported are defined")]
    [InlineData("{{ 'a'.zfill(3) }}", "the text method zfill is not supported")]
    [InlineData("{{ messages.append(1) }}", "the list method append is not supported")]
    [InlineData("{{ cycler('a') }}", "the function cycler is not supported")]
    [InlineData("{{ strftime_now('%H') }}", "it would change the tokens from day to day")]
    [InlineData("{{ messages.__class__ }}", "\"__class__\" is not open to templates")]
    [InlineData("{{ 'é' | upper }}", "only ASCII text is supported there")]
    [InlineData("{{ 2 ** 64 }}", "the operator ** is not supported")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "beyond 64 bits")]
    [InlineData("{{ 9223372036854775808 }}", "is too large")]
    [InlineData("{{ missing.role }}", "the name \"missing\" is not defined")]
    [InlineData("{{ messages[7]['role'] }}", "an item beyond the 1 of a list is not defined")]
    [InlineData("{{ none + 'a' }}", "None + text is not supported")]
    [InlineData("{% for x in messages %}\n{% if x %}\n", "line 2: the tag has no {% endif %}")]
    [InlineData("{{ f(*messages) }}", "spread with *")]
    [InlineData("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", "nested more than 300 levels deep")]
    public void What_is_not_supported_is_refused_by_name_and_line(string template, string because) =>
        Assert.Contains(because, Refusal(template), StringComparison.Ordinal);

    [Theory]
    [InlineData("{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}", "more than 2000000 steps")]
    [InlineData("{% for a in range(999999999999) %}{% endfor %}", "more than 2000000 steps")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "20000000 characters")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "20000000 characters")]
    [InlineData("{% set ns = namespace(x='aa') %}{% for a in range(99) %}{% set ns.x = ns.x.replace('a', 'aaaa') %}{% endfor %}", "20000000 characters")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "more than 2000000 steps")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}", "2000000 steps")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x }}", "")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}", "levels deep")]
    [InlineData("{{ 'a' * 9999999999 }}", "20000000 characters")]
    [InlineData("{{ ('a' * 19000000) ~ ('a' * 19000000) }}", "20000000 characters")]
    [InlineData("{% set a = 'a' * 9000000 %}{% for i in range(99) %}{{ a }}{% endfor %}", "20000000 characters")]
    [InlineData("{% set a = 'a' * 9000000 %}{% for i in range(99999) %}{% set b = a.strip('b') %}{% endfor %}", "20000000 characters")]
    [InlineData("{% set a = 'a' * 9000000 %}{% for i in range(99999) %}{% set b = 'b' in a %}{% endfor %}", "20000000 characters")]
    [InlineData("{% set a = 'a' * 9000000 %}{% for i in range(99999) %}{% set b = a == a %}{% endfor %}", "")]
    [InlineData("{% set a = 'a' * 9000000 %}{% for i in range(99999) %}{% set b = a | length %}{% endfor %}", "20000000 characters")]
    [InlineData("{% set a = 'a' * 9000000 %}{% set b = a | list %}", "more than 2000000 steps")]
    [InlineData("{% set a = 'a' * 9000000 %}{% set b = a.split('a') %}", "more than 2000000 steps")]
    public void A_template_that_never_ends_or_fills_the_memory_is_stopped(string template, string because)
    {
        if (because.Length == 0)
            _ = ChatText.Render(template, ChatText.Asked);
        else
            Assert.Contains(because, Refusal(template), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", 5000, "1", ")"), InlineData("[", 5000, "", "]"), InlineData("-", 5000, "1", ""), InlineData("not ", 5000, "1", "")]
    [InlineData("1 if 1 else ", 5000, "1", ""), InlineData("f(", 5000, "1", ")"), InlineData("1 + ", 5000, "1", "")]
    [InlineData("", 5000, "x", "|trim"), InlineData("", 5000, "x", ".x"), InlineData("", 5000, "messages", "[0:]")]
    public void Expressions_nested_very_deep_are_refused(string open, int times, string inner, string close)
    {
        string Many(string part) => string.Concat(Enumerable.Repeat(part, times));
        Assert.Contains("levels deep", Refusal($"{{{{ {Many(open)}{inner}{Many(close)} }}}}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_nested_very_deep_and_very_long_templates_are_refused()
    {
        string Many(string part, int times) => string.Concat(Enumerable.Repeat(part, times));
        Assert.Contains("levels deep", Refusal(Many("{% if 1 %}", 5000) + Many("{% endif %}", 5000)), StringComparison.Ordinal);
        Assert.Contains("more than 500000", Refusal(Many("a", 500_001)), StringComparison.Ordinal);
        Assert.Equal(400_000, ChatText.Render(Many("a", 400_000), ChatText.Asked).Text.Length);
        Assert.Equal("", ChatText.Render(Many("{# #}", 90_000), ChatText.Asked).Text);
    }

    [Fact]
    public void Random_templates_are_rendered_or_refused() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed, 3).Draw();
        return IsRenderedOrRefused(string.Concat(Enumerable.Range(0, 1 + draws.Below(25)).Select(_ => draws.Pick(Stretches))));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithReplay(20260101UL, 7UL));

    [Fact]
    public void Templates_of_families_changed_at_random_are_rendered_or_refused() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed, 4).Draw();
        List<char> template = [.. draws.Pick([FamilyTemplates.Qwen, FamilyTemplates.Llama2, FamilyTemplates.Gemma, FamilyTemplates.Llama3])];
        for (int changes = 1 + draws.Below(4); changes > 0; changes--)
        {
            int at = draws.Below(template.Count), length = Math.Min(1 + draws.Below(12), template.Count - at);
            if (draws.Chance(0.5))
                template.RemoveRange(at, length);
            else
                template.InsertRange(at, draws.Pick(Stretches));
        }
        return IsRenderedOrRefused(new([.. template]));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500).WithReplay(20260101UL, 7UL));

    static bool IsRenderedOrRefused(string template)
    {
        try
        {
            return ChatText.Render(template, ChatText.Talk).Text.Length <= 20_000_000;
        }
        catch (InputException refusal)
        {
            return refusal.Message.Contains(", line ", StringComparison.Ordinal);
        }
    }

    static string Refusal(string template) =>
        Assert.Throws<InputException>(() => ChatText.Render(template, ChatText.Asked)).Message;
}
