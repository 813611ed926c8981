using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A dictionary as it is published: one sparse coder, or one for each layer.</summary>
public sealed class CoderSet : IDisposable
{
    // Sites without a name are each their own.
    readonly Lazy<List<(CoderSite Site, List<(int Coder, int Output)> Writers)>> _places;

    /// <summary>A dictionary of coders at hand; takes them over.</summary>
    /// <param name="coders">The coders; those of a set in the order of their layers.</param>
    public CoderSet(params IReadOnlyList<SparseCoder> coders) => (Coders, _places) = (coders, new(PlacesOf));

    /// <summary>The names of the layouts that are read.</summary>
    public static IReadOnlyList<string> Layouts { get; } = [.. DictionaryLayout.All.Select(layout => layout.Name)];

    /// <summary>Where it was read from; empty for one made here.</summary>
    public string Path { get; internal init; } = "";

    /// <summary>The layout it was read from; empty for one made here.</summary>
    public string Layout { get; internal init; } = "";

    /// <summary>The coders: one, or one for each layer, in their order.</summary>
    public IReadOnlyList<SparseCoder> Coders { get; }

    /// <summary>The number type in which the weights are stored.</summary>
    public DType StoredType { get; internal init; } = DType.F32;

    /// <summary>All sites that are written, each once, in the order of the coders.</summary>
    public IReadOnlyList<CoderSite> Outputs => [.. _places.Value.Select(place => place.Site)];

    /// <summary>The config that the layout came with, kept to write it as it was; null where it has none.</summary>
    internal JsonObject? Card { get; init; }

    /// <summary>What the file holds besides weights, kept to write it as it was.</summary>
    internal IReadOnlyList<StoredExtra> Extras { get; init; } = [];

    /// <summary>Whether coders of different layers write to the same site.</summary>
    public bool IsCrossLayer => Coders.Count > 1 && Coders.Any(coder => coder.Config.Outputs.Count > 1);

    /// <summary>Reads a dictionary, a folder or a file, in whichever layout it is.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="layout">The layout's name, or null to find it out.</param>
    /// <exception cref="InputException">
    /// No layout fits or several do, or a file is missing, damaged or does not fit the others.
    /// </exception>
    public static CoderSet Load(string path, string? layout = null) =>
        (layout is null ? DictionaryLayout.Of(path) : DictionaryLayout.Named(layout)).Load(path);

    /// <summary>Writes the dictionary into a new folder, all of it or nothing.</summary>
    /// <param name="folder">A folder that is not there yet.</param>
    /// <param name="layout">The layout's name.</param>
    /// <exception cref="InputException">
    /// The layout cannot hold this dictionary, or the folder is taken or cannot be written.
    /// </exception>
    public void Save(string folder, string layout)
    {
        DictionaryLayout chosen = DictionaryLayout.Named(layout);
        NewFolder.Write(folder, part => chosen.Write(this, part));
    }

    /// <summary>What is written at every site of <see cref="Outputs"/>, from the inputs of every coder.</summary>
    /// <param name="inputs">[.., d_in] for each coder.</param>
    /// <exception cref="InputException">An input has another width.</exception>
    public IReadOnlyList<Tensor> Reconstruct(IReadOnlyList<Tensor> inputs)
    {
        if (inputs.Count != Coders.Count)
            throw new ArgumentException($"{inputs.Count} inputs for {Coders.Count} coders");
        return Decode([.. Coders.Select((coder, c) => coder.EncodeSparse(inputs[c]))], inputs);
    }

    /// <summary>What is written at every site of <see cref="Outputs"/>, from the latents of every coder.</summary>
    /// <param name="latents">Of each coder.</param>
    /// <param name="inputs">What they were encoded from.</param>
    public IReadOnlyList<Tensor> Decode(IReadOnlyList<SparseLatents> latents, IReadOnlyList<Tensor> inputs) =>
        [.. Outputs.Select((_, site) => Shaped(site, Decode(site, coder => (latents[coder], inputs[coder])), inputs))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SparseCoder coder in Coders)
            coder.Dispose();
    }

    /// <summary>The coders that write a site of <see cref="Outputs"/>, and which of their outputs does.</summary>
    internal IReadOnlyList<(int Coder, int Output)> WritersOf(int site) => _places.Value[site].Writers;

    /// <summary>What is written at a site of <see cref="Outputs"/>, [rows, d_out]: the sum over its writers.</summary>
    /// <param name="site">Which site.</param>
    /// <param name="encoded">A coder's latents, and the input that they were encoded from.</param>
    internal Tensor Decode(int site, Func<int, (SparseLatents Latents, Tensor Input)> encoded)
    {
        Tensor? sum = null;
        foreach ((int coder, int output) in WritersOf(site))
        {
            (SparseLatents latents, Tensor input) = encoded(coder);
            Tensor part = Coders[coder].Decode(latents, input, output);
            if (sum is null)
            {
                sum = part;
                continue;
            }
            using (part)
            using (Tensor before = sum)
                sum = Ops.Add(before, part);
        }
        return sum!;
    }

    // As the input was, heads parted again where they were flattened, if it is as wide.
    Tensor Shaped(int site, Tensor rows, IReadOnlyList<Tensor> inputs)
    {
        (int coder, _) = WritersOf(site)[0];
        return rows.Shape.Count == inputs[coder].Shape.Count
            ? rows.Reshaped(inputs[coder].Shape.Sizes)
            : rows.Reshaped(Coders[coder].Leading(inputs[coder]), rows.Shape[1]);
    }

    List<(CoderSite Site, List<(int Coder, int Output)> Writers)> PlacesOf()
    {
        List<(CoderSite Site, List<(int, int)> Writers)> places = [];
        for (int c = 0; c < Coders.Count; c++)
            for (int o = 0; o < Coders[c].Config.Outputs.Count; o++)
            {
                CoderSite site = Coders[c].Config.Outputs[o];
                int at = site.Name is null ? -1 : places.FindIndex(place => place.Site == site);
                if (at < 0)
                    places.Add((site, [(c, o)]));
                else
                    places[at].Writers.Add((c, o));
            }
        return places;
    }
}

/// <summary>A tensor that a file holds besides the weights, or a plain value.</summary>
sealed record StoredExtra(string Name, DType Type, IReadOnlyList<long> Shape, float[]? Floats, long[]? Integers);
