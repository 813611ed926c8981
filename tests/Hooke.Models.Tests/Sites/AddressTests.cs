using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Sites;

public sealed class AddressTests
{
    static readonly Config Replayed = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    static readonly Gen<PositionRange> Ranges =
        from ends in Gen.Two(Gen.Choose(0, 40))
        from fromEnd in Gen.Elements(true, false)
        let first = Math.Min(ends.Item1, ends.Item2)
        let last = Math.Max(ends.Item1, ends.Item2)
        select fromEnd ? new PositionRange(-1 - last, -1 - first) : new PositionRange(first, last);

    static readonly Gen<Address> Addresses =
        from site in Gen.Elements(Site.All.AsEnumerable())
        from layer in Gen.Choose(0, 40)
        from head in Gen.Choose(0, 20)
        from withHead in Gen.Elements(true, false)
        from range in Ranges
        from withRange in Gen.Elements(true, false)
        select new Address(site, site.IsPerLayer ? layer : null, withHead && site.HasHeads ? head : null,
            withRange ? range : null, withHead && site.HasNeurons ? head : null);

    [Fact]
    public void Every_address_is_read_back_from_its_text() =>
        Prop.ForAll(Addresses.ToArbitrary(), address =>
            Address.Parse(address.ToString()) == address).Check(Replayed.WithMaxTest(2000));

    [Fact]
    public void Different_addresses_have_different_texts() =>
        Prop.ForAll(Gen.Two(Addresses).ToArbitrary(), pair =>
            (pair.Item1 == pair.Item2) == (pair.Item1.ToString() == pair.Item2.ToString()))
            .Check(Replayed.WithMaxTest(2000));

    [Fact]
    public void A_text_that_one_change_makes_is_refused_or_is_exactly_another_address()
    {
        Draws draws = new Rng(1).Draw();
        int refused = 0;
        foreach (Address address in Gen.Sample(Addresses, 3000, 30))
        {
            string text = Changed(address.ToString(), draws);
            try
            {
                Assert.Equal(text, Address.Parse(text).ToString());
            }
            catch (InputException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 2000, 2999);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("blocks.{}.hook_resid_pre")]
    [InlineData("blocks..hook_resid_pre")]
    [InlineData("blocks.00.hook_resid_pre")]
    [InlineData("blocks.+1.hook_resid_pre")]
    [InlineData("blocks.-1.hook_resid_pre")]
    [InlineData("blocks. 1.hook_resid_pre")]
    [InlineData("blocks.1.hook_resid_pre ")]
    [InlineData("blocks.99999999999.hook_resid_pre")]
    [InlineData("Blocks.1.hook_resid_pre")]
    [InlineData("blocks.1.hook_resid_pre:head=0")]
    [InlineData("blocks.1.attn.hook_z:head=-1")]
    [InlineData("blocks.1.attn.hook_z:head=01")]
    [InlineData("blocks.1.attn.hook_z:head=")]
    [InlineData("blocks.1.attn.hook_z:pos=4:head=1")]
    [InlineData("blocks.1.attn.hook_z:head=1:head=1")]
    [InlineData("blocks.1.attn.hook_z:pos=4..4")]
    [InlineData("blocks.1.attn.hook_z:pos=6..4")]
    [InlineData("blocks.1.attn.hook_z:pos=-1..4")]
    [InlineData("blocks.1.attn.hook_z:pos=-0")]
    [InlineData("blocks.1.attn.hook_z:pos=4..5..6")]
    [InlineData("blocks.1.attn.hook_z:pos=")]
    [InlineData("blocks.1.attn.hook_z:")]
    [InlineData("hook_embed.0")]
    [InlineData("ln_final.hook_scale:head=1")]
    public void Anything_but_the_one_text_of_an_address_is_refused(string text) =>
        Assert.Throws<InputException>(() => Address.Parse(text));

    [Fact]
    public void A_layer_where_there_is_none_or_none_where_there_are_some_is_refused_with_what_to_write()
    {
        Assert.Contains("blocks.0.hook_resid_pre", Assert.Throws<InputException>(() => Site.ResidPre.At()).Message,
            StringComparison.Ordinal);
        Assert.Contains("takes no layer", Assert.Throws<InputException>(() => Site.Logits.At(1)).Message,
            StringComparison.Ordinal);
        Assert.Contains("no heads", Assert.Throws<InputException>(() => Site.MlpOut.At(1).AtHead(0)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new PositionRange(3, 2));
        Assert.Throws<InputException>(() => new PositionRange(-1, 2));
    }

    [Fact]
    public void Every_site_has_a_name_of_its_own() =>
        Assert.Equal(Site.All.Count, Site.All.Select(s => s.Name).Distinct().Count());

    static string Changed(string text, Draws draws)
    {
        const string Signs = "0123456789-+. :=,{}abchkqvz_";
        int at = draws.Below(text.Length);
        return draws.Below(3) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, Signs[draws.Below(Signs.Length)].ToString()),
            _ => text[..at] + Signs[draws.Below(Signs.Length)] + text[(at + 1)..],
        };
    }
}
