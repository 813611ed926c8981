using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Latents and outputs agree with those that upstream's own programs computed.</summary>
public class ParityTests
{
    static readonly string[] Makers = ["saelens", "sparsify", "dictionary_learning", "openai_sae"];

    public static TheoryData<string> Golden => [.. Folders(Fixtures.Golden("dictionaries"))];

    public static TheoryData<string> ThirdParty =>
        [.. Fixtures.Folder is null ? ["none"] : Folders(Fixtures.ThirdParty("parity"))];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Latents_and_outputs_are_those_of_upstream(string folder) => Agrees(Fixtures.Golden("dictionaries", folder));

    [FixtureTheory]
    [MemberData(nameof(ThirdParty))]
    public void Latents_and_outputs_are_those_of_upstream_for_every_fixture(string folder) =>
        Agrees(Fixtures.ThirdParty("parity", folder));

    [FixtureTheory]
    [InlineData("train_standard"), InlineData("train_topk"), InlineData("train_jumprelu")]
    public void A_training_form_of_SAELens_computes_what_its_inference_form_does_up_to_the_folded_norm(string name)
    {
        string folder = Fixtures.ThirdParty("parity", "saelens", name);
        using CoderSet inference = CoderSet.Load(folder), training = CoderSet.Load(Path.Combine(folder, "training_form"));
        TensorDifference output = Conversion.Compare(inference, training)[^1];
        Assert.True(output.Agrees, $"{output}");
    }

    static void Agrees(string folder)
    {
        using CoderSet dictionary = CoderSet.Load(folder);
        IReadOnlyList<TensorDifference> differences = ReferenceCheck.Compare(dictionary, Path.Combine(folder, "reference.safetensors"));
        Assert.Equal(2, differences.Count);
        Assert.All(differences, difference =>
        {
            Assert.True(difference.Agrees, $"{folder}: {difference}");
            Assert.True(difference.Scale > 0.1, $"{folder}: {difference} compares nothing");
        });
    }

    static IEnumerable<string> Folders(string root) =>
        from maker in Makers
        from folder in Directory.EnumerateDirectories(Path.Combine(root, maker)).Order(StringComparer.Ordinal)
        where File.Exists(Path.Combine(folder, "reference.safetensors"))
        select $"{maker}/{Path.GetFileName(folder)}";
}
