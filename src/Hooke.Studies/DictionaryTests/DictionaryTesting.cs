using Hooke.Dictionaries;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A score of a coder, or of one that it is to be compared with.</summary>
/// <param name="Test">The test's name.</param>
/// <param name="What">What was measured.</param>
/// <param name="Latents">With how many latents, where it depends on them.</param>
/// <param name="Coder">dictionary, neurons, principal components, random directions, or whole activation.</param>
/// <param name="Value">The score, the number of what it rests on, seed and interval.</param>
/// <param name="IsShown">Whether it belongs in a table that is to fit a page.</param>
/// <param name="Note">What else is to be said of it, or null.</param>
public sealed record DictionaryScore(
    string Test, string What, int? Latents, string Coder, Estimate Value, bool IsShown, string? Note);

/// <summary>All that was found of a coder.</summary>
/// <param name="Reads">What it reads.</param>
/// <param name="Writes">What it writes.</param>
/// <param name="NLatents">How many latents it has.</param>
/// <param name="L0">How many are active at a token, on average over ordinary text of the world.</param>
/// <param name="Scores">The scores, test by test.</param>
/// <param name="LeftOut">Tests that say nothing of this coder or world, each with the reason.</param>
public sealed record DictionaryReport(
    Address Reads, Address Writes, int NLatents, double L0, IReadOnlyList<DictionaryScore> Scores, IReadOnlyList<string> LeftOut);

/// <summary>Tests a dictionary on what the world of its model is known to hold.</summary>
public static class DictionaryTesting
{
    /// <summary>The name of the coder that is tested, among those that it is compared with.</summary>
    public const string Tested = "dictionary";

    const int Documents = 60;

    /// <summary>The tests' names.</summary>
    public static IReadOnlyList<string> Tests { get; } =
        ["sparse-probing", "absorption", "spurious-correlation", "targeted-perturbation", "disentanglement", "unlearning"];

    /// <summary>The coders' names, in the order of tables.</summary>
    public static IReadOnlyList<string> Coders { get; } =
        [Tested, "neurons", "principal components", "random directions", "whole activation"];

    /// <summary>Runs tests on a coder, and on ones that nobody trained.</summary>
    /// <param name="place">The coder in its model.</param>
    /// <param name="world">The world that the model was trained on.</param>
    /// <param name="only">Names of tests; none for all.</param>
    /// <param name="seed">Of prompts, splits, random directions and intervals.</param>
    /// <param name="progress">Told what is done next.</param>
    /// <exception cref="InputException">The model's tokenizer has not the world's words, or there is no such test.</exception>
    public static DictionaryReport Run(
        LatentPlace place, World world, IReadOnlyList<string> only, ulong seed, Action<string>? progress = null)
    {
        if (only.FirstOrDefault(name => !Tests.Contains(name)) is { } unknown)
            throw new InputException($"there is no test \"{unknown}\"; the tests are {string.Join(", ", Tests)}");
        WorldWords tokens = new(place.Model);
        (Tensor activations, double l0) = Text(place, world, tokens, seed);
        using (activations)
        {
            LatentPlace[] places = [place, .. Baselines(place, activations, l0, seed)];
            List<DictionaryScore> scores = [];
            List<string> leftOut = [];
            foreach (string name in Tests.Where(name => only.Count == 0 || only.Contains(name)))
            {
                if (Test(name, place.Model, world, tokens, seed) is not { } test)
                    leftOut.Add($"{name}: this world holds nothing to test it on");
                else if (test.Refuses(place.Coder) is { } reason)
                    leftOut.Add($"{name}: {reason}");
                else
                    scores.AddRange(Run(test, places, progress));
            }
            foreach (LatentPlace made in places.Skip(1))
                made.Coder.Dispose();
            return new DictionaryReport(place.Reads, place.Writes, place.Coder.Config.NLatents, l0, scores, leftOut);
        }
    }

    static IEnumerable<DictionaryScore> Run(DictionaryTest test, LatentPlace[] places, Action<string>? progress)
    {
        for (int i = 0; i < Coders.Count; i++)
        {
            progress?.Invoke($"{test.Name}: {Coders[i]}");
            foreach (Finding found in i < places.Length ? test.Run(places[i]) : test.RunWhole(places[0]))
                yield return new(test.Name, found.What, found.Latents, Coders[i], found.Value, found.IsShown, found.Note);
        }
    }

    static DictionaryTest? Test(string name, Model model, World world, WorldWords tokens, ulong seed)
    {
        switch (name)
        {
            case "sparse-probing" or "absorption" or "targeted-perturbation":
                IReadOnlyList<LabelledPrompts> kinds = new WorldClasses(world, tokens, seed).All();
                return kinds.Count == 0 ? null
                    : name == "sparse-probing" ? new SparseProbingTest(kinds, seed)
                    : name == "absorption" ? new AbsorptionTest(kinds, seed) : new TargetedPerturbationTest(kinds, seed);
            case "spurious-correlation":
                IReadOnlyList<SpuriousPair> pairs = new SpuriousPairs(world, tokens, seed).All();
                return pairs.Count == 0 ? null : new SpuriousCorrelationTest(pairs, seed);
            case "disentanglement":
                var tables = new EntitySwaps(world, tokens, model, seed).All();
                return tables.Count == 0 ? null : new DisentanglementTest(tables, seed);
            default:
                return RecordQuestions.Of(world, tokens, seed) is { } record ? new UnlearningTest(record, seed) : null;
        }
    }

    static IEnumerable<LatentPlace> Baselines(LatentPlace place, Tensor activations, double l0, ulong seed)
    {
        CoderSite site = new(place.Writes.ToString(), place.Coder.Config.Outputs[0].Width);
        yield return new(place.Model, BaselineCoders.Neurons(site, activations));
        yield return new(place.Model, BaselineCoders.PrincipalComponents(site, activations));
        yield return new(place.Model, BaselineCoders.RandomDirections(
            site, activations, place.Coder.Config.NLatents, (int)Math.Round(l0), seed));
    }

    // What is written at the tokens of ordinary text, and the mean number of active latents.
    static (Tensor Activations, double L0) Text(LatentPlace place, World world, WorldWords tokens, ulong seed)
    {
        int[][] documents = [.. Enumerable.Range(0, Documents).Select(i => tokens.Of(world.Document(seed, i)))];
        using LatentRows rows = place.Rows(documents, i => [.. Enumerable.Range(1, documents[i].Length - 1)]);
        Matrix activations = rows.Activations([.. Enumerable.Range(0, rows.Count)]);
        return (activations.ToTensor(), (double)rows.Latents.Count / rows.Count);
    }
}
