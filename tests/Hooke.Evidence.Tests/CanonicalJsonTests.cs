using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Evidence.Tests;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b" : 1, "a" : [ true , null ] }""", """{"a":[true,null],"b":1}""")]
    [InlineData("""{"é":1,"z":2,"Z":3,"":4}""", """{"":4,"Z":3,"z":2,"é":1}""")]
    [InlineData("""["1e2",100,1e2,100.0,-0,-0.0,0.1,1e-7]""", """["1e2",100,100,100,0,0,0.1,1E-07]""")]
    [InlineData("""[18446744073709551615,-9223372036854775808,1e19,9007199254740993]""",
        """[18446744073709551615,-9223372036854775808,10000000000000000000,9007199254740993]""")]
    [InlineData(""""["\u0041\n\u00e9\/\"\\"]"""", """"["A\u000aé/\"\\"]"""")]
    [InlineData("{}", "{}")]
    [InlineData("[]", "[]")]
    public void A_value_has_one_text(string json, string expected) => Assert.Equal(expected, CanonicalJson.Text(json));

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("[1e999]")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("[NaN]")]
    [InlineData("{")]
    public void What_has_no_one_text_is_refused(string json) =>
        Assert.Throws<FormatException>(() => CanonicalJson.Text(json));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_node_with_a_number_that_is_none_is_refused(double number) =>
        Assert.Throws<FormatException>(() => CanonicalJson.Text(new JsonObject { ["x"] = number }));

    [Fact]
    public void The_canonical_text_is_its_own_canonical_text_and_reads_back_the_same() => Prop.ForAll(Values(), value =>
    {
        string text = CanonicalJson.Text(value);
        return CanonicalJson.Text(text) == text
            && JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse(value.ToJsonString()));
    }).Check(Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL));

    [Fact]
    public void White_space_and_the_order_of_keys_do_not_count() => Prop.ForAll(Values(), value =>
        CanonicalJson.Text(Reversed(value)!.ToJsonString(Indented)) == CanonicalJson.Text(value))
        .Check(Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL));

    [Fact]
    public void Every_finite_double_reads_back_bit_for_bit() => Prop.ForAll<double>(number =>
        !double.IsFinite(number) || number == 0
        || BitConverter.DoubleToInt64Bits(double.Parse(CanonicalJson.Text(JsonValue.Create(number)), Invariant))
            == BitConverter.DoubleToInt64Bits(number))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20260101UL, 7UL));

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    static JsonNode? Reversed(JsonNode? value) => value switch
    {
        JsonObject members => new JsonObject(
            members.Reverse().Select(member => KeyValuePair.Create(member.Key, Reversed(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Reversed)]),
        _ => value?.DeepClone(),
    };

    static Arbitrary<JsonNode> Values()
    {
        Gen<JsonNode> leaf = Gen.OneOf(
            ArbMap.Default.GeneratorFor<int>().Select(number => (JsonNode)number),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => (JsonNode)number.Get),
            ArbMap.Default.GeneratorFor<bool>().Select(flag => (JsonNode)flag),
            ArbMap.Default.GeneratorFor<UnicodeString>().Select(text => (JsonNode)text.Get));
        Gen<JsonNode> tree = leaf;
        for (int depth = 0; depth < 3; depth++)
        {
            Gen<JsonNode> below = Gen.Frequency((2, leaf), (1, tree));
            Gen<JsonNode[]> items = below.ArrayOf(3);
            tree = Gen.OneOf(
                items.Select(all => (JsonNode)new JsonArray([.. all.Select(item => item.DeepClone())])),
                items.Select(all => (JsonNode)new JsonObject(
                    all.Select((item, i) => KeyValuePair.Create($"{(char)('c' - i)}", (JsonNode?)item.DeepClone())))));
        }
        return tree.ToArbitrary();
    }
}
