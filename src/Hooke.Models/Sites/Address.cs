using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Which activation: a site, its layer, and what narrows it to a head, a neuron or positions. The text form is strict and
/// loses nothing: <c>blocks.3.attn.hook_z:head=2:pos=4..6</c>.
/// </summary>
[JsonConverter(typeof(AddressJson))]
public sealed record Address
{
    /// <summary>An address; the model that it is used on checks that such a layer and head exist.</summary>
    /// <exception cref="InputException">
    /// The site is per layer and no layer is given or the reverse, or it has no heads or neurons.
    /// </exception>
    public Address(Site site, int? layer = null, int? head = null, PositionRange? positions = null, int? neuron = null)
    {
        if (site.IsPerLayer != layer.HasValue)
            throw new InputException(site.IsPerLayer
                ? $"{site} is there once a layer: name one, such as {site.Name.Replace("{}", "0", StringComparison.Ordinal)}"
                : $"{site} is there once: it takes no layer");
        if (head.HasValue && !site.HasHeads)
            throw new InputException($"{site} has no heads: leave out head={head}");
        if (neuron.HasValue && !site.HasNeurons)
            throw new InputException($"{site} has no neurons: leave out neuron={neuron}");
        if (layer < 0 || head < 0 || neuron < 0)
            throw new InputException($"layer {layer}, head {head} and neuron {neuron} cannot be negative");
        (Site, Layer, Head, Neuron, Positions) = (site, layer, head, neuron, positions);
    }

    /// <summary>The kind of activation.</summary>
    public Site Site { get; }

    /// <summary>The layer, for a site that every layer has.</summary>
    public int? Layer { get; }

    /// <summary>One head, or null for all.</summary>
    public int? Head { get; }

    /// <summary>One neuron, or null for all.</summary>
    public int? Neuron { get; }

    /// <summary>Some positions, or null for all; of an attention pattern, the query's.</summary>
    public PositionRange? Positions { get; }

    /// <summary>The address of the whole activation.</summary>
    public Address Whole => Head is null && Neuron is null && Positions is null ? this : new(Site, Layer);

    /// <summary>The same, at one head.</summary>
    public Address AtHead(int head) => new(Site, Layer, head, Positions, Neuron);

    /// <summary>The same, at one neuron.</summary>
    public Address AtNeuron(int neuron) => new(Site, Layer, Head, Positions, neuron);

    /// <summary>The same, at one position.</summary>
    public Address AtPosition(int position) => new(Site, Layer, Head, new PositionRange(position, position), Neuron);

    /// <summary>Reads the text form.</summary>
    /// <exception cref="InputException">It is not the exact text of an address.</exception>
    public static Address Parse(string text)
    {
        string[] parts = text.Split(':');
        foreach (Site site in Site.All)
        {
            if (!TryLayer(parts[0], site, out int? layer))
                continue;
            int next = 1;
            int? head = Narrowed("head="), neuron = Narrowed("neuron=");
            PositionRange? positions = next < parts.Length && parts[next].StartsWith("pos=", StringComparison.Ordinal)
                ? PositionRange.Parse(parts[next++]["pos=".Length..]) : null;
            Address? address = next == parts.Length ? new(site, layer, head, positions, neuron) : null;
            if (address?.ToString() == text)
                return address;
            break;

            int? Narrowed(string key) => next < parts.Length && parts[next].StartsWith(key, StringComparison.Ordinal)
                ? Number(parts[next++][key.Length..]) : null;
        }
        throw new InputException(
            $"'{text}' is not an address: write a site, then :head= or :neuron= and :pos= if wanted, as in "
            + "blocks.3.attn.hook_z:head=2:pos=4..6; `hooke sites` lists the sites");
    }

    /// <summary>The text form.</summary>
    public override string ToString()
    {
        string text = Site.Name.Replace("{}", Layer?.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (Head is { } head)
            text += string.Create(CultureInfo.InvariantCulture, $":head={head}");
        if (Neuron is { } neuron)
            text += string.Create(CultureInfo.InvariantCulture, $":neuron={neuron}");
        return Positions is { } positions ? $"{text}:pos={positions}" : text;
    }

    static bool TryLayer(string name, Site site, out int? layer)
    {
        layer = null;
        int hole = site.Name.IndexOf("{}", StringComparison.Ordinal);
        if (hole < 0)
            return name == site.Name;
        string before = site.Name[..hole], after = site.Name[(hole + 2)..];
        if (name.Length <= before.Length + after.Length || !name.StartsWith(before, StringComparison.Ordinal)
            || !name.EndsWith(after, StringComparison.Ordinal))
            return false;
        layer = Number(name[before.Length..^after.Length]);
        return layer is not null;
    }

    internal static int? Number(string digits) =>
        int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
}

/// <summary>
/// Positions from first to last, both included; negative ones count from the end of each prompt, −1 being its last.
/// </summary>
[JsonConverter(typeof(PositionRangeJson))]
public readonly record struct PositionRange
{
    /// <summary>A range of positions.</summary>
    /// <exception cref="InputException">The ends are of different sign or in the wrong order.</exception>
    public PositionRange(int first, int last)
    {
        if (first > last || (first < 0) != (last < 0))
            throw new InputException(
                $"positions {first}..{last} are not a range: first to last, both from the start or both from the end");
        (First, Last) = (first, last);
    }

    /// <summary>First position.</summary>
    public int First { get; }

    /// <summary>Last position, included.</summary>
    public int Last { get; }

    /// <summary>Reads <c>4</c>, <c>4..6</c>, <c>-1</c> or <c>-3..-1</c>.</summary>
    /// <exception cref="InputException">It is none of these.</exception>
    public static PositionRange Parse(string text)
    {
        string[] ends = text.Split("..");
        if (ends.Length is 1 or 2 && Address.Number(ends[0]) is { } first && Address.Number(ends[^1]) is { } last
            && new PositionRange(first, last) is var range && range.ToString() == text)
            return range;
        throw new InputException($"'{text}' is not a range of positions: write 4, 4..6, -1 or -3..-1");
    }

    /// <summary>The text form.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}..{Last}");

    /// <summary>The positions within a prompt of the given length; empty where it is too short.</summary>
    internal (int From, int To) Within(int length) => First < 0
        ? (Math.Max(0, length + First), length + Last + 1)
        : (First, Math.Min(length, Last + 1));
}

/// <summary>Addresses as their text form.</summary>
public sealed class AddressJson : JsonConverter<Address>
{
    /// <inheritdoc/>
    public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Address.Parse(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>Ranges of positions as their text form.</summary>
sealed class PositionRangeJson : JsonConverter<PositionRange>
{
    public override PositionRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PositionRange.Parse(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, PositionRange value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
