using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>One dictionary of a training: its trainers, and what of the stream each of them reads and writes.</summary>
sealed class DictionaryInTraining : IDisposable
{
    readonly IReadOnlyList<string> _sites; // of the stream
    readonly DictionaryTrainer[] _trainers;

    /// <param name="plan">The plan.</param>
    /// <param name="sites">The stream's sites.</param>
    /// <param name="widths">How wide they are.</param>
    public DictionaryInTraining(DictionaryPlan plan, IReadOnlyList<StreamSite> sites, IReadOnlyList<int> widths)
    {
        (Plan, _sites) = (plan, [.. sites.Select(site => $"{site}")]);
        CoderSite Site(string name) => new(name, widths[IndexOf(name)]);
        CoderSite[] reads = [.. plan.Reads.Select(Site)], writes = [.. PlannedSites.Writes(plan).Select(Site)];
        CoderPlace[][] groups = plan.Form switch
        {
            DictionaryForm.Transcoders => [.. reads.Select((read, i) => (CoderPlace[])[new([read], [writes[i]])])],
            DictionaryForm.CrossLayerTranscoder => [[.. reads.Select((read, i) => new CoderPlace([read], writes[i..]))]],
            _ => [[new(reads, writes)]],
        };
        TrainingRecipe recipe = plan.Form == DictionaryForm.Crosscoder // no layout holds that one subtracts the bias
            ? plan.Recipe with { SubtractsDecoderBias = plan.Recipe.SubtractsDecoderBias ?? false }
            : plan.Recipe;
        _trainers = [.. groups.Select((places, i) =>
            new DictionaryTrainer(recipe with { Seed = recipe.Seed + (ulong)i }, places))];
    }

    public DictionaryPlan Plan { get; }

    /// <summary>The layout of its files.</summary>
    public string Layout => Plan.Layout ?? Plan.Form switch
    {
        DictionaryForm.Autoencoder => "saelens",
        DictionaryForm.Transcoders when Trainers == 1 => "saelens", // circuit-tracer's sets begin with layer 0
        DictionaryForm.CrossLayerTranscoder => "circuit-tracer-clt",
        DictionaryForm.Crosscoder => "crosscoder",
        _ => "circuit-tracer",
    };

    /// <summary>How many trainers it has.</summary>
    public int Trainers => _trainers.Length;

    /// <summary>What a trainer writes, as places among the stream's sites.</summary>
    public int[] TargetsOf(int trainer) => [.. _trainers[trainer].Targets.Select(site => IndexOf(site.Name!))];

    /// <summary>A step of one trainer.</summary>
    /// <param name="trainer">Which.</param>
    /// <param name="rows">[rows, width] for each of the stream's sites.</param>
    /// <param name="downstream">A loss besides, or null.</param>
    public TrainingFigures Step(
        int trainer, IReadOnlyList<Tensor> rows, Func<IReadOnlyList<Tensor>, DownstreamLoss>? downstream = null)
    {
        DictionaryTrainer one = _trainers[trainer];
        Tensor[] inputs = [.. one.Places.Select(place => Beside([.. place.Inputs.Select(site => rows[IndexOf(site.Name!)])]))];
        TrainingFigures figures = one.Step(inputs, [.. TargetsOf(trainer).Select(site => rows[site])], downstream);
        foreach (Tensor input in inputs)
            input.Dispose();
        return figures;
    }

    /// <summary>The dictionary as it is now, for activations as they are.</summary>
    /// <param name="scales">What the activations of each of the stream's sites were multiplied by.</param>
    public CoderSet ToCoders(IReadOnlyList<float> scales)
    {
        SparseCoder[] coders = [.. _trainers.SelectMany(trainer =>
            trainer.ToCoders(site => scales[IndexOf(site.Name!)]).Coders)];
        return new CoderSet([.. coders.Select(AsPublished)]) { StoredType = Plan.Stored };
    }

    /// <summary>Adds all weights to a hash.</summary>
    public void AppendTo(IncrementalHash hash, IReadOnlyList<float> scales)
    {
        using CoderSet set = ToCoders(scales);
        foreach (CoderWeights weights in set.Coders.Select(coder => coder.Weights))
        {
            Tensor?[] all =
            [
                weights.Encoder, weights.EncoderBias, weights.MagnitudeScale, weights.MagnitudeBias, weights.Thresholds,
                .. weights.Decoders.SelectMany(decoder => (Tensor?[])[decoder.Weight, decoder.Bias, decoder.Skip]),
            ];
            foreach (Tensor weight in all.OfType<Tensor>())
                hash.AppendData(MemoryMarshal.AsBytes(weight.Data));
        }
    }

    public void SaveState(string folder)
    {
        for (int i = 0; i < _trainers.Length; i++)
            _trainers[i].SaveState(StateFile(folder, i));
    }

    public void LoadState(string folder)
    {
        for (int i = 0; i < _trainers.Length; i++)
            _trainers[i].LoadState(StateFile(folder, i));
    }

    public void Dispose()
    {
        foreach (DictionaryTrainer trainer in _trainers)
            trainer.Dispose();
    }

    /// <summary>Rows of several sites side by side; those of one where they lie. The result is the caller's to dispose.</summary>
    public static Tensor Beside(IReadOnlyList<Tensor> parts)
    {
        if (parts.Count == 1)
            return parts[0].Share();
        Tensor beside = Tensor.Zeros(parts[0].Shape[0], parts.Sum(part => part.Shape[1]));
        int at = 0, width = beside.Shape[1];
        foreach (Tensor part in parts)
        {
            int own = part.Shape[1];
            for (int r = 0; r < part.Shape[0]; r++)
                part.Data.Slice(r * own, own).CopyTo(beside.Data[((r * width) + at)..]);
            at += own;
        }
        return beside;
    }

    int IndexOf(string site) => _sites.Index().First(at => at.Item == site).Index;

    // BatchTopK is evaluated as JumpReLU at the one threshold that training kept, and is published so.
    static SparseCoder AsPublished(SparseCoder coder)
    {
        CoderConfig config = coder.Config.Kind == CoderKind.BatchTopK
            ? coder.Config with { Kind = CoderKind.JumpRelu, K = null }
            : coder.Config;
        if (config is { Inputs: [{ Name: { } name }] } && Address.Parse(name).Site.HasHeads)
            config = config with { FlattensHeads = true };
        return config == coder.Config ? coder : new SparseCoder(config, coder.Weights);
    }

    string StateFile(string folder, int trainer) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Plan.Name}.{trainer}.safetensors"));
}
