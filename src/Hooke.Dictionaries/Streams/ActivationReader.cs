using System.Globalization;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Runs models on sequences and gives, site by site, a row for each token that is not left out.</summary>
public sealed class ActivationReader
{
    readonly IReadOnlyList<Model> _models;
    readonly IReadOnlyList<StreamSite> _sites;
    readonly Plan[] _plans;
    readonly HashSet<int> _leftOut;

    /// <summary>A reader of some sites of some models.</summary>
    /// <param name="models">The models, which read the same tokens.</param>
    /// <param name="sites">What is recorded of them, nothing else.</param>
    /// <param name="leftOut">Tokens that get no row, such as a begin-of-text.</param>
    /// <exception cref="InputException">A model lacks a site, or a site has no vector for each token.</exception>
    public ActivationReader(IReadOnlyList<Model> models, IReadOnlyList<StreamSite> sites, IReadOnlyList<int> leftOut)
    {
        (_models, _sites, _leftOut) = (models, sites, [.. leftOut]);
        foreach (StreamSite site in sites)
            Require(site);
        _plans =
        [
            .. models.Select((_, m) => new Plan
            {
                Record = [.. sites.Where(site => site.Model == m).Select(site => site.At)],
                LastLogitsOnly = !sites.Any(site => site.Model == m && site.At.Layer is null),
            }),
        ];
        Widths = FindWidths();
    }

    /// <summary>The sites, in the order of the rows' tensors.</summary>
    public IReadOnlyList<StreamSite> Sites => _sites;

    /// <summary>How wide a row of each site is.</summary>
    public IReadOnlyList<int> Widths { get; }

    /// <summary>How many rows a sequence gives.</summary>
    public int RowsOf(IReadOnlyList<int> sequence) => sequence.Count(token => !_leftOut.Contains(token));

    /// <summary>Runs sequences and writes their rows, token after token, into one tensor for each site.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="into">[rows, width] for each site.</param>
    /// <param name="row">The first row to write.</param>
    /// <exception cref="InputException">An activation is not finite, or a sequence does not fit a model.</exception>
    public void Read(IReadOnlyList<IReadOnlyList<int>> sequences, IReadOnlyList<Tensor> into, int row)
    {
        TokenBatch tokens = new(sequences);
        int[] kept = [.. Kept(tokens)];
        for (int m = 0; m < _models.Count; m++)
        {
            if (_plans[m].Record.Count == 0)
                continue;
            using Run run = _models[m].Run(tokens, _plans[m]);
            for (int s = 0; s < _sites.Count; s++)
                if (_sites[s].Model == m)
                    Copy(run[_sites[s].At], kept, into[s].Data[(row * Widths[s])..], s, tokens.Positions);
        }
    }

    void Copy(Tensor from, int[] kept, Span<float> into, int site, int positions)
    {
        int width = Widths[site];
        ReadOnlySpan<float> all = from.Data;
        for (int i = 0; i < kept.Length; i++)
        {
            ReadOnlySpan<float> row = all.Slice(kept[i] * width, width);
            if (!float.IsFinite(Reduce.Sum(row)) && row.ToArray().Any(value => !float.IsFinite(value)))
                throw new InputException($"{_sites[site]} is not finite at position {kept[i] % positions} of a sequence: a "
                    + "dictionary cannot be trained on it; look at the model's weights");
            row.CopyTo(into.Slice(i * width, width));
        }
    }

    /// <summary>Places in [batch, pos] that get a row: padding and tokens that are left out do not.</summary>
    internal IEnumerable<int> Kept(TokenBatch tokens)
    {
        for (int s = 0; s < tokens.Count; s++)
            for (int p = 0; p < tokens.Lengths[s]; p++)
                if (!_leftOut.Contains(tokens.Prompt(s)[p]))
                    yield return (s * tokens.Positions) + p;
    }

    void Require(StreamSite site)
    {
        if (site.Model < 0 || site.Model >= _models.Count)
            throw new InputException(string.Create(CultureInfo.InvariantCulture,
                $"{site}: there {(_models.Count == 1 ? "is one model" : $"are {_models.Count} models")}, counted from 0"));
        if (site.At != site.At.Whole)
            throw new InputException($"{site}: a dictionary reads a site whole; leave out head, neuron and positions");
        if (site.At.Site.Shape == SiteShape.Pattern)
            throw new InputException($"{site} holds a number for each pair of tokens, not a vector for each token: name "
                + "another site");
    }

    // By a run of one token: what a site's width is, the model knows best.
    int[] FindWidths()
    {
        int[] widths = new int[_sites.Count];
        for (int m = 0; m < _models.Count; m++)
        {
            using Run run = _models[m].Run(new TokenBatch([[0]]), _plans[m]);
            for (int s = 0; s < widths.Length; s++)
                if (_sites[s].Model == m)
                    widths[s] = run[_sites[s].At].Shape.Count;
        }
        return widths;
    }
}
