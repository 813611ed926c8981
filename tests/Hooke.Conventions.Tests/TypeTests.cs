using System.Reflection;
using Hooke.Testing;

namespace Hooke.Conventions.Tests;

public class TypeTests
{
    [Fact]
    public void A_public_class_is_sealed_abstract_or_static() =>
        Assert.Equal([], PublicTypes().Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract).Select(type => type.FullName));

    [Fact]
    public void A_type_lives_in_the_namespace_of_its_project() =>
        Assert.Equal([], PublicTypes().Where(type => type.Namespace != type.Assembly.GetName().Name).Select(type => type.FullName));

    [Fact]
    public void No_public_field_can_be_written_to() =>
        Assert.Equal([], PublicTypes().Where(type => !type.IsEnum)
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsInitOnly && !field.IsLiteral).Select(field => $"{field.DeclaringType}.{field.Name}"));

    [Theory]
    [InlineData("Hooke.Tensors"), InlineData("Hooke.Models"), InlineData("Hooke.Dictionaries"), InlineData("Hooke.Circuits"), InlineData("Hooke.Studies")]
    public void The_types_of_every_library_are_looked_at(string project) =>
        Assert.Contains(PublicTypes(), type => type.Namespace == project);

    static IEnumerable<Type> PublicTypes() =>
        Directory.EnumerateDirectories(Path.Combine(Fixtures.Root, "src")).Order(StringComparer.Ordinal)
            .Select(folder => Path.Combine(AppContext.BaseDirectory, Path.GetFileName(folder) + ".dll"))
            .Where(File.Exists) // the project of the command is an application that calls itself otherwise
            .SelectMany(file => Assembly.LoadFrom(file).GetExportedTypes());
}
